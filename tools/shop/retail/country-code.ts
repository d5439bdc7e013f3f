/** The names that the retailer wrote, by ISO 3166-1. */
const codes: ReadonlyMap<string, string> = new Map(Object.entries({
  Australia: 'AU', Austria: 'AT', Bahrain: 'BH', Belgium: 'BE', Brazil: 'BR', Canada: 'CA', 'Channel Islands': 'JE', Cyprus: 'CY',
  'Czech Republic': 'CZ', Denmark: 'DK', EIRE: 'IE', Finland: 'FI', France: 'FR', Germany: 'DE', Greece: 'GR', 'Hong Kong': 'HK', Iceland: 'IS',
  Israel: 'IL', Italy: 'IT', Japan: 'JP', Lebanon: 'LB', Lithuania: 'LT', Malta: 'MT', Netherlands: 'NL', Norway: 'NO', Poland: 'PL', Portugal: 'PT',
  RSA: 'ZA', 'Saudi Arabia': 'SA', Singapore: 'SG', Spain: 'ES', Sweden: 'SE', Switzerland: 'CH', 'United Arab Emirates': 'AE', 'United Kingdom': 'GB', USA: 'US',
}));

/** The code of a country; ZZ, which ISO leaves to its users, where the data names none ("Unspecified", "European Community"). */
export const countryCode = (name: string): string => codes.get(name) ?? 'ZZ';
