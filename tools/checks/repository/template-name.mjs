/* The templates of tools/new-service are code of a service that is called new-service. */

/** The forms of a name in texts and file names; the keys are those of the templates. */
export function formsOf(name) {
  const parts = name.split('-');
  const pascal = parts.map((part) => part[0].toUpperCase() + part.slice(1)).join('');
  return {
    'new-service': name,
    newService: pascal[0].toLowerCase() + pascal.slice(1),
    NewService: pascal,
    NEW_SERVICE: parts.join('_').toUpperCase(),
  };
}

/** A template's text or path with the name in place of the template's name. */
export function render(text, name) {
  const forms = formsOf(name);
  return text.replace(/new-service|newService|NewService|NEW_SERVICE/g, (form) => forms[form]);
}
