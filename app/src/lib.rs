//! The Leptos UI of Myna.
