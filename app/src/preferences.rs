//! What this reader's device prefers. Each preference is a cookie, so that the server draws the first page right.

use crate::i18n::Words;

/// The cookie with the language's ISO 639 code; without it, the browser's languages decide.
pub(crate) const LANGUAGE_COOKIE: &str = "language";
/// The cookie with the theme's name; without it, the system decides.
pub(crate) const THEME_COOKIE: &str = "theme";

/// The cookie with the accent's name; without it, it is blue.
pub(crate) const ACCENT_COOKIE: &str = "accent";
/// The cookie that is set while sounds are on.
#[cfg(feature = "hydrate")]
pub(crate) const SOUNDS_COOKIE: &str = "sounds";

/// The cookie with the IANA name of the device's time zone.
pub(crate) const ZONE_COOKIE: &str = "zone";
/// The cookie with the hours of the device's clock.
pub(crate) const CLOCK_COOKIE: &str = "clock";

/// How a device writes hours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Clock {
    /// "9:41 AM".
    Twelve,
    /// "9:41".
    TwentyFour,
    /// "09:41".
    TwentyFourPadded,
}

impl Clock {
    /// The name in the cookie.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Twelve => "12",
            Self::TwentyFour => "24",
            Self::TwentyFourPadded => "024",
        }
    }

    #[cfg(feature = "ssr")]
    pub(crate) fn named(name: &str) -> Option<Self> {
        [Self::Twelve, Self::TwentyFour, Self::TwentyFourPadded].into_iter().find(|clock| clock.name() == name)
    }
}

/// Whether the page is light or dark.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Theme {
    /// As the system is.
    #[default]
    System,
    Light,
    Dark,
}

impl Theme {
    pub(crate) const ALL: [Self; 3] = [Self::System, Self::Light, Self::Dark];

    /// The name in the cookie and in the `data-theme` attribute; `None` leaves it to the system.
    pub(crate) fn name(self) -> Option<&'static str> {
        match self {
            Self::System => None,
            Self::Light => Some("light"),
            Self::Dark => Some("dark"),
        }
    }

    pub(crate) fn label(self, t: Words) -> &'static str {
        match self {
            Self::System => t.theme_system(),
            Self::Light => t.theme_light(),
            Self::Dark => t.theme_dark(),
        }
    }

    /// The theme with this name; an unknown name leaves it to the system.
    pub(crate) fn named(name: Option<&str>) -> Self {
        Self::ALL.into_iter().find(|theme| theme.name() == name).unwrap_or_default()
    }
}

/// The colours that browsers draw around a page: where it is light, and where it is dark.
pub(crate) const PAGE_COLORS: (&str, &str) = ("#ffffff", "#1e1e1e");

/// The colour of own bubbles, links and selected items.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Accent {
    #[default]
    Blue,
    Purple,
    Pink,
    Red,
    Orange,
    Green,
    Graphite,
}

impl Accent {
    pub(crate) const ALL: [Self; 7] =
        [Self::Blue, Self::Purple, Self::Pink, Self::Red, Self::Orange, Self::Green, Self::Graphite];

    /// The name in the cookie and in the `data-accent` attribute; `None` for the usual one.
    pub(crate) fn name(self) -> Option<&'static str> {
        match self {
            Self::Blue => None,
            Self::Purple => Some("purple"),
            Self::Pink => Some("pink"),
            Self::Red => Some("red"),
            Self::Orange => Some("orange"),
            Self::Green => Some("green"),
            Self::Graphite => Some("graphite"),
        }
    }

    pub(crate) fn label(self, t: Words) -> &'static str {
        match self {
            Self::Blue => t.accent_blue(),
            Self::Purple => t.accent_purple(),
            Self::Pink => t.accent_pink(),
            Self::Red => t.accent_red(),
            Self::Orange => t.accent_orange(),
            Self::Green => t.accent_green(),
            Self::Graphite => t.accent_graphite(),
        }
    }

    /// The accent with this name; an unknown name is the usual one.
    pub(crate) fn named(name: Option<&str>) -> Self {
        Self::ALL.into_iter().find(|accent| accent.name() == name).unwrap_or_default()
    }
}

/// What a language calls itself.
pub(crate) fn language_name(language: &'static str) -> &'static str {
    match language {
        "de" => "Deutsch",
        "en" => "English",
        "es" => "Español",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_theme_is_found_by_its_name_and_a_strange_one_is_the_systems() {
        for theme in Theme::ALL {
            assert_eq!(Theme::named(theme.name()), theme);
        }
        assert_eq!(Theme::named(Some("\"><script>")), Theme::System);
    }

    #[test]
    fn an_accent_is_found_by_its_name_and_a_strange_one_is_blue() {
        for accent in Accent::ALL {
            assert_eq!(Accent::named(accent.name()), accent);
        }
        assert_eq!(Accent::named(Some("\"><script>")), Accent::Blue);
    }

    #[test]
    fn every_language_has_a_name() {
        for language in Words::languages() {
            assert_ne!(language_name(language), language);
        }
    }
}
