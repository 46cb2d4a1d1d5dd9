//! A file's SQL in one place, so that a test can ask for the plan of every query.

/// Names the queries of a file. In tests `QUERIES` holds them all.
macro_rules! queries {
    ($($(#[$doc:meta])* $name:ident = $sql:expr;)+) => {
        $($(#[$doc])* const $name: &str = $sql;)+

        #[cfg(test)]
        pub(in crate::embedded) const QUERIES: &[(&str, &str)] = &[$((stringify!($name), $sql)),+];
    };
}
