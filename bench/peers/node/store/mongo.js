// Messages in MongoDB, by its own driver.
import { MongoClient } from "mongodb";

export async function openStore() {
  const client = await new MongoClient(process.env.MONGO_URI).connect();
  // On the one server's disk before insertOne is done.
  const messages = client.db("chat").collection("messages", { writeConcern: { w: 1, journal: true } });
  await messages.createIndex({ room: 1, _id: 1 });
  await messages.createIndex({ client_offset: 1 }, { unique: true });

  return {
    /** The message's id, or null where it was there already. */
    async insert(room, sender, clientOffset, text) {
      try {
        const { insertedId } = await messages.insertOne({ room, sender, client_offset: clientOffset, text });
        return insertedId.toHexString();
      } catch (error) {
        if (error.code === 11000) return null;
        throw error;
      }
    },
  };
}
