// A room of people over Socket.IO, as its tutorial builds it: each message inserted, broadcast, and acknowledged.
//   node server.js mongo | sqlite
import { createServer } from "node:http";
import { Server } from "socket.io";

const { openStore } = await import(`./store/${process.argv[2]}.js`);
const store = await openStore();

const http = createServer((request, response) => response.end("ok"));
const io = new Server(http, {
  // Clients that can do WebSocket need not try polling first.
  transports: ["websocket"],
  // It costs a packet's memory for a while and an offset in each, and is what the documentation has against lost messages.
  connectionStateRecovery: { maxDisconnectionDuration: 2 * 60 * 1000 },
  // perMessageDeflate is off by default, as it costs more than it saves on loopback.
});

// From the page on memory usage: without this each connection keeps its first request for ever.
io.engine.on("connection", (socket) => {
  socket.request = null;
});

io.on("connection", (socket) => {
  socket.on("join", (room, done) => {
    socket.join(room);
    done("ok");
  });

  socket.on("say", async (room, clientOffset, text, done) => {
    try {
      // The client's offset makes a repeated message one: what the tutorial calls exactly once.
      const id = await store.insert(room, socket.id, clientOffset, text);
      if (id !== null) {
        io.to(room).emit("message", { id, sender: socket.id, text });
      }
      done(id);
    } catch (error) {
      // Not acknowledged: the client says it again.
      console.error(error);
    }
  });
});

http.listen(Number(process.env.PORT), "127.0.0.1");
