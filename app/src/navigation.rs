//! The route: the address is the only place that stores it.
//!
//! All addresses of the chat show one page, so there is no table of routes: links are plain links, which the page follows by
//! itself once it is alive.

use leptos::prelude::*;
use myna_protocol::{ConversationId, Seq};

/// A place in the chat.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Route {
    List,
    Conversation(ConversationId),
    /// A message of a conversation: what a link to it names. The page goes there and is then at the conversation.
    Message(ConversationId, Seq),
    NewMessage,
    Channels,
    Settings,
}

impl Route {
    /// The place that a path names; `None` when it is none of the chat.
    pub(crate) fn at(path: &str) -> Option<Self> {
        match path {
            "/" => Some(Self::List),
            "/new" => Some(Self::NewMessage),
            "/channels" => Some(Self::Channels),
            "/settings" => Some(Self::Settings),
            _ => {
                let conversation = path.strip_prefix("/c/")?;
                let Some((conversation, seq)) = conversation.split_once('/') else {
                    return conversation.parse().ok().map(Self::Conversation);
                };
                let is_number = seq.bytes().all(|digit| digit.is_ascii_digit()) && !seq.starts_with('0');
                let seq = seq.parse().ok().filter(|_| is_number)?;
                conversation.parse().ok().map(|id| Self::Message(id, seq))
            }
        }
    }

    pub(crate) fn path(self) -> String {
        match self {
            Self::List => "/".to_owned(),
            Self::Conversation(id) => format!("/c/{id}"),
            Self::Message(id, seq) => format!("/c/{id}/{seq}"),
            Self::NewMessage => "/new".to_owned(),
            Self::Channels => "/channels".to_owned(),
            Self::Settings => "/settings".to_owned(),
        }
    }

    pub(crate) fn conversation(self) -> Option<ConversationId> {
        match self {
            Self::Conversation(id) | Self::Message(id, _) => Some(id),
            Self::List | Self::NewMessage | Self::Channels | Self::Settings => None,
        }
    }
}

/// The current route, and the means to change it.
#[derive(Clone, Copy)]
pub(crate) struct Navigation {
    route: RwSignal<Route>,
    /// Whether the route has changed since the page was opened.
    has_moved: RwSignal<bool>,
    /// The message to go to, until its conversation takes it.
    target: StoredValue<Option<(ConversationId, Seq)>>,
    /// Counts the links to messages that were followed.
    links: RwSignal<u64>,
}

/// Gives the place that the address names to everything beneath.
pub(crate) fn provide_navigation() -> Navigation {
    // An unknown address shows the list.
    let here = Route::at(&path()).unwrap_or(Route::List);
    let navigation = Navigation {
        route: RwSignal::new(Route::List),
        has_moved: RwSignal::new(false),
        target: StoredValue::new(None),
        links: RwSignal::new(0),
    };
    let here = navigation.without_target(here);
    navigation.route.set(here);
    provide_context(navigation);
    #[cfg(feature = "hydrate")]
    navigation.follow();
    navigation
}

pub(crate) fn use_navigation() -> Navigation {
    use_context().expect("the app gives the navigation to all its pages")
}

impl Navigation {
    /// The current route; tracked.
    pub(crate) fn route(self) -> Route {
        self.route.get()
    }

    /// The current route; not tracked. `None` once the page is gone.
    pub(crate) fn here(self) -> Option<Route> {
        self.route.try_get_untracked()
    }

    /// Goes to another place, from where one comes back by the browser's button.
    pub(crate) fn go(self, route: Route) {
        let route = self.without_target(route);
        if self.is_elsewhere(route) {
            #[cfg(feature = "hydrate")]
            crate::browser::page::push(&route.path());
            self.show(route);
        }
    }

    /// The place itself; a message in it is kept as the target.
    fn without_target(self, route: Route) -> Route {
        let Route::Message(id, seq) = route else { return route };
        self.target.set_value(Some((id, seq)));
        self.links.update(|links| *links += 1);
        Route::Conversation(id)
    }

    /// The message of this conversation to go to, once for each link that was followed; tracked.
    pub(crate) fn take_target(self, id: ConversationId) -> Option<Seq> {
        self.links.track();
        let target = self.target.get_value().filter(|(of, _)| *of == id);
        if target.is_some() {
            self.target.set_value(None);
        }
        target.map(|(_, seq)| seq)
    }

    fn show(self, route: Route) {
        self.has_moved.set(true);
        self.route.set(route);
    }

    /// Whether the route has changed since the page was opened; tracked.
    pub(crate) fn has_moved(self) -> bool {
        self.has_moved.get()
    }

    fn is_elsewhere(self, route: Route) -> bool {
        self.here().is_some_and(|here| here != route)
    }

    /// Follows links to places in the chat, and the browser's buttons.
    #[cfg(feature = "hydrate")]
    fn follow(self) {
        use crate::browser::page;
        let clicked = window_event_listener(leptos::ev::click, move |event| {
            if let Some(route) = page::followed_link(&event).as_deref().and_then(Route::at) {
                event.prevent_default();
                self.go(route);
            }
        });
        let popped = window_event_listener(leptos::ev::popstate, move |_| {
            let route = self.without_target(Route::at(&page::path()).unwrap_or(Route::List));
            if self.is_elsewhere(route) {
                self.show(route);
            }
        });
        on_cleanup(move || {
            clicked.remove();
            popped.remove();
        });
    }
}

fn path() -> String {
    #[cfg(feature = "hydrate")]
    return crate::browser::page::path();
    #[cfg(feature = "ssr")]
    return use_context::<http::request::Parts>().map(|parts| parts.uri.path().to_owned()).unwrap_or_default();
    #[cfg(not(any(feature = "hydrate", feature = "ssr")))]
    String::new()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_has_one_path_and_a_strange_path_no_place() {
        let id = ConversationId::from_bytes([7; 16]);
        for route in [
            Route::List,
            Route::Conversation(id),
            Route::Message(id, 17),
            Route::NewMessage,
            Route::Channels,
            Route::Settings,
        ] {
            assert_eq!(Route::at(&route.path()), Some(route));
        }
        for path in ["", "/c", "/c/", "/c/..%2f", "/c/{\"$ne\":null}", "/new/", "/sign-in", "//evil.example"] {
            assert_eq!(Route::at(path), None, "{path}");
        }
        for seq in ["", "0", "07", "-1", "+1", "1.0", "x", "1/2", "99999999999999999999"] {
            assert_eq!(Route::at(&format!("/c/{id}/{seq}")), None, "{seq}");
        }
    }
}
