/** What a shop consists of, in the words of its processes. */
export const databaseServices = ['user', 'product', 'cart', 'order', 'payment'] as const;
export type DatabaseService = (typeof databaseServices)[number];

export const services = [...databaseServices, 'gateway'] as const;
export type Service = (typeof services)[number];

export const portNames = [...services, 'provider', 'postgres', 'kafka', 'kafka-controller'] as const;
export type PortName = (typeof portNames)[number];
export type Ports = Readonly<Record<PortName, number>>;

export const defaultPorts: Ports = {
  gateway: 3000,
  user: 3001,
  product: 3002,
  cart: 3003,
  order: 3004,
  payment: 3005,
  provider: 3010,
  postgres: 15432,
  kafka: 19092,
  'kafka-controller': 19093,
};

/** How many instances of each service; one where nothing is said. */
export type Scale = Readonly<Partial<Record<Service, number>>>;

/** Reads `order=3,product=2`; throws with what is wrong about it. A shop begins with one of each at least; one that runs may do without some for a while. */
export function readScale(text: string, fewest: 0 | 1 = 1): Scale {
  const scale = new Map<Service, number>();
  for (const part of text.split(',').map((each) => each.trim())) {
    const [name = '', ...count] = part.split('=');
    if (!isService(name)) throw new Error(`there is no service "${name}"; there are ${databaseServices.join(', ')}`);
    if (name === 'gateway')
      throw new Error('the gateway is the one public address and runs once; put a load balancer in front of several');
    if (!/^(0|[1-9]\d?)$/.test(count.join('=')) || Number(count[0]) < fewest)
      throw new Error(`"${part}" is not of the form ${name}=2, with ${fewest} to 99 instances`);
    if (scale.has(name)) throw new Error(`${name} is named twice`);
    scale.set(name, Number(count[0]));
  }
  return Object.fromEntries(scale);
}

export function isService(name: string): name is Service {
  return (services as readonly string[]).includes(name);
}
