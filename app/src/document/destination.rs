//! Where a visitor wanted to go before they were asked to sign in. The pages to sign in and up carry it in their address.

use crate::navigation::Route;
use http::Uri;

/// The place in the chat that this address carries; the list if it carries none.
pub fn destination(uri: &Uri) -> String {
    let mut pairs = uri.query().unwrap_or_default().split('&');
    let carried = pairs.find_map(|pair| pair.strip_prefix("to=")).and_then(Route::at);
    carried.unwrap_or(Route::List).path()
}

/// `page`, carrying the path of a place in the chat. Other paths are dropped, so a link cannot redirect to another site.
pub fn with_destination(page: &str, path: &str) -> String {
    match Route::at(path) {
        None | Some(Route::List) => page.to_owned(),
        Some(route) => format!("{page}?to={}", route.path()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_places_in_the_chat_are_carried() {
        let conversation = "/c/01a21ea2-c489-79e0-b949-218054d72d28";
        for path in [conversation, &format!("{conversation}/17"), "/new", "/settings"] {
            let address = with_destination("/sign-in", path);
            assert_eq!(address, format!("/sign-in?to={path}"));
            assert_eq!(destination(&address.parse().expect("it is an address")), path);
        }
        for path in ["/", "", "//evil.example", "https://evil.example", "/sign-out", "/c/1"] {
            assert_eq!(with_destination("/sign-up", path), "/sign-up");
        }
        for address in ["/sign-in", "/sign-in?to", "/sign-in?to=", "/sign-in?to=//evil.example", "/sign-in?so=/new"] {
            assert_eq!(destination(&address.parse().expect("it is an address")), "/");
        }
    }
}
