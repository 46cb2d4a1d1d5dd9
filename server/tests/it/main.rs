//! The server as its users meet it: over HTTP and the socket, as a process, and when it is killed. One binary, linked once.

mod authorisation;
mod door;
mod example;
mod files;
mod forwards;
mod frames;
mod http;
mod kill;
mod limits;
mod nodes;
mod operators;
mod pace;
mod pages;
mod people;
mod replies;
mod resuming;
mod scheduling;
mod socket;
mod start;
mod stopping;
mod support;
mod tab;
mod talking;
mod tools;
