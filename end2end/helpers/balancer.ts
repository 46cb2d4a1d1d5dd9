// A load balancer as small as can be: each connection goes to the first node that takes it. It knows nothing of HTTP, nor
// who came before.
import { once } from 'node:events';
import { type AddressInfo, type Server, type Socket, connect, createServer } from 'node:net';

export class Balancer {
  readonly url: string;
  private readonly sockets = new Set<Socket>();

  private constructor(
    private readonly server: Server,
    private readonly ports: number[],
  ) {
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    server.on('connection', (client) => this.carry(client));
  }

  /** Before the nodes on these ports, in the order in which they are asked. */
  static async before(ports: number[]): Promise<Balancer> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new Balancer(server, ports);
  }

  async close(): Promise<void> {
    const closed = once(this.server, 'close');
    this.server.close();
    for (const socket of this.sockets) socket.destroy();
    await closed;
  }

  private carry(client: Socket): void {
    this.keep(client);
    const ask = ([port, ...others]: number[]): void => {
      if (port === undefined || client.destroyed) {
        client.destroy();
        return;
      }
      const node = connect(port, '127.0.0.1');
      this.keep(node);
      const next = () => ask(others);
      node.once('error', next);
      node.once('connect', () => {
        node.off('error', next);
        client.pipe(node).pipe(client);
        // A node that dies leaves its people to come again.
        node.once('close', () => client.destroy());
        client.once('close', () => node.destroy());
      });
    };
    ask(this.ports);
  }

  private keep(socket: Socket): void {
    this.sockets.add(socket);
    socket.once('close', () => this.sockets.delete(socket));
    // What breaks off is closed, which is heard.
    socket.on('error', () => undefined);
  }
}
