// mongosh runs this script. It initiates one replica set of the three servers, once, and waits until it has a primary.

const config = {
  _id: "rs0",
  members: [
    { _id: 0, host: "mongo1:27017" },
    { _id: 1, host: "mongo2:27017" },
    { _id: 2, host: "mongo3:27017" },
  ],
};

try {
  rs.status();
} catch (error) {
  // There is no replica set yet. Any other error is a failure.
  if (error.codeName !== "NotYetInitialized") throw error;
  rs.initiate(config);
}
while (!db.hello().primary) sleep(200);
print(`the primary is ${db.hello().primary}`);
