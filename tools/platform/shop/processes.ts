import {
  applications,
  databaseServices,
  describeService,
  serviceNames,
  services,
  type DatabaseService,
  type ServiceName,
} from '../../services.js';

export { databaseServices, type DatabaseService };

/** The processes of a shop besides its services, with their default ports. */
const otherPorts = { provider: 3010, postgres: 15432, kafka: 19092, 'kafka-controller': 19093 } as const;

export type ApplicationName = (typeof applications)[number]['name'];

export type PortName = ServiceName | ApplicationName | keyof typeof otherPorts;
export type Ports = Readonly<Record<PortName, number>>;

export const defaultPorts: Ports = {
  ...(Object.fromEntries(services.map(({ name, port }) => [name, port])) as Record<ServiceName, number>),
  ...(Object.fromEntries(applications.map(({ name, port }) => [name, port])) as Record<ApplicationName, number>),
  ...otherPorts,
};

/** Its clients speak HTTP, so the port must be one that they do not block. */
export const servesHttp = (name: PortName): boolean =>
  name === 'provider' || isService(name) || applications.some((application) => application.name === name);

export const portNames = Object.keys(defaultPorts) as PortName[];

/** The number of instances of each service; default 1. */
export type Scale = Readonly<Partial<Record<ServiceName, number>>>;

/** Parses `order=3,product=2`. A shop starts with at least one instance of each service; a running shop can have none of some. */
export function parseScale(text: string, minimum: 0 | 1 = 1): Scale {
  const scale = new Map<ServiceName, number>();
  for (const part of text.split(',').map((each) => each.trim())) {
    const [name = '', ...count] = part.split('=');
    if (!isService(name)) throw new Error(`there is no service "${name}"; there are ${databaseServices.join(', ')}`);
    if (!describeService(name).scalable)
      throw new Error(`the ${name} is the one public address and runs once; put a load balancer in front of several`);
    if (!/^(0|[1-9]\d?)$/.test(count.join('=')) || Number(count[0]) < minimum)
      throw new Error(`"${part}" is not of the form ${name}=2, with ${minimum} to 99 instances`);
    if (scale.has(name)) throw new Error(`${name} is named twice`);
    scale.set(name, Number(count[0]));
  }
  return Object.fromEntries(scale);
}

export function isService(name: string): name is ServiceName {
  return (serviceNames as readonly string[]).includes(name);
}
