//! For tests and tries: a MongoDB server on this machine, and what can go wrong between it and Myna.
