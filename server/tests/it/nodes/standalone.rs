//! A MongoDB without a replica set, which one node works on.
