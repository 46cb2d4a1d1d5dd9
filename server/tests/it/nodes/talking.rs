//! Two people on two nodes.
