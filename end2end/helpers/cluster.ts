// Several nodes over one MongoDB, and the doors by which people come to them.
import { Balancer } from './balancer';
import { Mongo } from './mongo';
import { Server } from './server';

export class Cluster {
  private readonly doors: Balancer[] = [];

  private constructor(
    readonly mongo: Mongo,
    readonly nodes: Server[],
  ) {}

  /** None where this machine has no MongoDB server. */
  static async start(count: number): Promise<Cluster | undefined> {
    const mongo = await Mongo.start();
    if (!mongo) return undefined;
    const cluster = new Cluster(mongo, []);
    try {
      while (cluster.nodes.length < count) cluster.nodes.push(await Server.start(mongo.url));
    } catch (error) {
      await cluster.remove();
      throw error;
    }
    return cluster;
  }

  /** The address of a load balancer that asks the nodes in this order, and takes the first that lives. */
  async door(...order: number[]): Promise<string> {
    const door = await Balancer.before(order.map((at) => this.node(at).port));
    this.doors.push(door);
    return door.url;
  }

  node(at: number): Server {
    const node = this.nodes[at];
    if (!node) throw new Error(`there are ${this.nodes.length} nodes, and none is number ${at}`);
    return node;
  }

  get wentDown(): boolean {
    return this.nodes.some((node) => node.wentDown);
  }

  get failures(): string[] {
    return this.nodes.flatMap((node) => node.failures);
  }

  /** What all nodes have logged, one after the other. */
  get log(): string {
    return this.nodes.map((node) => `${node.url}\n${node.log}`).join('\n');
  }

  async remove(): Promise<void> {
    await Promise.all(this.doors.map((door) => door.close()));
    await Promise.all(this.nodes.map((node) => node.remove()));
    await this.mongo.stop();
  }
}
