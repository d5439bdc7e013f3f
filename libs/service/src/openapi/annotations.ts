import type * as swagger from '@nestjs/swagger';

type Swagger = typeof swagger;
type Annotation = Extract<keyof Swagger, `Api${string}`>;

const unapplied: ((swagger: Swagger) => void)[] = [];

/** A decorator of @nestjs/swagger that is applied when the first document is made: a start does not load its 500 modules. */
const annotation =
  <N extends Annotation>(name: N): Swagger[N] =>
  (...options: unknown[]) =>
  (...target: unknown[]) =>
    void unapplied.push((loaded) => {
      const create = loaded[name] as (...options: unknown[]) => (...target: unknown[]) => void;
      create(...options)(...target);
    });

/** In the order of their declarations: a class inherits what its base class has already. */
export function applyAnnotations(loaded: Swagger): void {
  for (const apply of unapplied.splice(0)) apply(loaded);
}

/** Classes of `AllowUnknownFields`. */
export const classesWithUnknownFields = new Set<Function>();

/** The body may have other fields: its handler ignores them. Without it, unknown fields are refused and documented so. */
export const AllowUnknownFields = (): ClassDecorator => (cls) => void classesWithUnknownFields.add(cls);

export const ApiAcceptedResponse = annotation('ApiAcceptedResponse');
export const ApiBadRequestResponse = annotation('ApiBadRequestResponse');
export const ApiBody = annotation('ApiBody');
export const ApiConflictResponse = annotation('ApiConflictResponse');
export const ApiCreatedResponse = annotation('ApiCreatedResponse');
export const ApiExtension = annotation('ApiExtension');
export const ApiForbiddenResponse = annotation('ApiForbiddenResponse');
export const ApiGoneResponse = annotation('ApiGoneResponse');
export const ApiHeader = annotation('ApiHeader');
export const ApiNoContentResponse = annotation('ApiNoContentResponse');
export const ApiNotFoundResponse = annotation('ApiNotFoundResponse');
export const ApiOkResponse = annotation('ApiOkResponse');
export const ApiOperation = annotation('ApiOperation');
export const ApiProduces = annotation('ApiProduces');
export const ApiProperty = annotation('ApiProperty');
export const ApiPropertyOptional = annotation('ApiPropertyOptional');
export const ApiSecurity = annotation('ApiSecurity');
export const ApiServiceUnavailableResponse = annotation('ApiServiceUnavailableResponse');
export const ApiTags = annotation('ApiTags');
export const ApiTooManyRequestsResponse = annotation('ApiTooManyRequestsResponse');
export const ApiUnauthorizedResponse = annotation('ApiUnauthorizedResponse');
export const ApiUnprocessableEntityResponse = annotation('ApiUnprocessableEntityResponse');
