"""The classic tutorial stack: a room of people, each message inserted, broadcast, and acknowledged."""

# First of all, as Flask-SocketIO's documentation asks: sockets and locks of every later import are eventlet's.
import eventlet

eventlet.monkey_patch()

import logging
import os

from flask import Flask, request
from flask_socketio import SocketIO, join_room
from pymongo import ASCENDING, MongoClient, WriteConcern

# w=1 and j=True: on the one server's disk before insert_one returns.
mongo = MongoClient(os.environ["MONGO_URI"])
messages = mongo.chat.get_collection("messages", write_concern=WriteConcern(w=1, j=True))
messages.create_index([("room", ASCENDING), ("_id", ASCENDING)])

app = Flask(__name__)
# eventlet is what the documentation calls the best performing of the asynchronous modes. Clients that can do WebSocket
# need not try polling first. The default pings stay.
socketio = SocketIO(app, async_mode="eventlet", transports=["websocket"], logger=False, engineio_logger=False)
logging.basicConfig(level=logging.WARNING)


@app.get("/health")
def health():
    return "ok"


@socketio.on("join")
def join(room):
    join_room(room)
    return "ok"


@socketio.on("say")
def say(room, client_offset, text):
    message = {"room": room, "sender": request.sid, "client_offset": client_offset, "text": text}
    inserted = messages.insert_one(message)
    socketio.emit("message", {"id": str(inserted.inserted_id), "sender": request.sid, "text": text}, to=room)
    # What a handler returns is the acknowledgement.
    return str(inserted.inserted_id)


if __name__ == "__main__":
    # A line for each request would be measured too.
    socketio.run(app, host="127.0.0.1", port=int(os.environ["PORT"]), log_output=False)
