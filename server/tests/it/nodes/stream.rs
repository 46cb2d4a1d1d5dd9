//! The change stream, by which nodes hear each other, is cut or falls silent.
