//! Tapbacks: the six classic reactions with drawings of their own, and how any reaction is drawn and named.

use crate::i18n::Words;
use leptos::prelude::*;

/// One of the six.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tapback {
    Love,
    Like,
    Dislike,
    Laugh,
    Emphasize,
    Question,
}

const THUMB: &str = "M4 11h3v9H4ZM9 19.4V11l3.4-6.6a2 2 0 0 1 2.2 2.3L14 10h4.6a1.9 1.9 0 0 1 1.9 2.3l-1.2 6a2.2 2.2 0 0 \
                     1-2.2 1.7H11a3 3 0 0 1-2-.6Z";

impl Tapback {
    pub(crate) const ALL: [Self; 6] =
        [Self::Love, Self::Like, Self::Dislike, Self::Laugh, Self::Emphasize, Self::Question];

    /// The emoji that it is sent as.
    pub(crate) fn emoji(self) -> &'static str {
        match self {
            Self::Love => "\u{2764}\u{fe0f}",
            Self::Like => "\u{1f44d}",
            Self::Dislike => "\u{1f44e}",
            Self::Laugh => "\u{1f602}",
            Self::Emphasize => "\u{203c}\u{fe0f}",
            Self::Question => "\u{2753}",
        }
    }

    pub(crate) fn label(self, t: Words) -> &'static str {
        match self {
            Self::Love => t.love(),
            Self::Like => t.like(),
            Self::Dislike => t.dislike(),
            Self::Laugh => t.laugh(),
            Self::Emphasize => t.emphasize(),
            Self::Question => t.question(),
        }
    }

    fn of(emoji: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|tapback| tapback.emoji() == emoji)
    }

    fn path(self) -> &'static str {
        match self {
            Self::Love => {
                "M12 20.4S3.6 15.1 3.6 9.3A4.6 4.6 0 0 1 12 6.7a4.6 4.6 0 0 1 8.4 2.6c0 5.8-8.4 11.1-8.4 11.1Z"
            }
            Self::Like | Self::Dislike => THUMB,
            Self::Laugh => {
                "M4 4.5v6.4M4 7.7h4M8 4.5v6.4M11.5 10.9l2.6-6.4 2.6 6.4M12.4 8.9h3.4M7.5 13.5v6.4M7.5 \
                 16.7h4M11.5 13.5v6.4M15 19.9l2.6-6.4 2.6 6.4M15.9 17.9h3.4"
            }
            Self::Emphasize => "M8.5 4.5v9.5M8.5 19v.01M15.5 4.5v9.5M15.5 19v.01",
            Self::Question => "M8.2 8.6a3.8 3.8 0 1 1 5.7 3.3c-1.3.8-1.9 1.5-1.9 2.9M12 19v.01",
        }
    }
}

/// What a reaction is called.
pub(crate) fn reaction_label(t: Words, emoji: &str) -> String {
    Tapback::of(emoji).map_or(emoji, |tapback| tapback.label(t)).to_owned()
}

/// The newest message with a reaction to it, on one line. `by` names who reacts; `None` is the reader.
pub(crate) fn reaction_preview(t: Words, by: Option<&str>, emoji: &str, text: &str) -> String {
    let name = by.map(|name| t.person(name));
    match (Tapback::of(emoji), name) {
        (Some(Tapback::Love), None) => t.you_loved(text),
        (Some(Tapback::Love), Some(name)) => t.loved(name, text),
        (Some(Tapback::Like), None) => t.you_liked(text),
        (Some(Tapback::Like), Some(name)) => t.liked(name, text),
        (Some(Tapback::Dislike), None) => t.you_disliked(text),
        (Some(Tapback::Dislike), Some(name)) => t.disliked(name, text),
        (Some(Tapback::Laugh), None) => t.you_laughed(text),
        (Some(Tapback::Laugh), Some(name)) => t.laughed(name, text),
        (Some(Tapback::Emphasize), None) => t.you_emphasized(text),
        (Some(Tapback::Emphasize), Some(name)) => t.emphasized(name, text),
        (Some(Tapback::Question), None) => t.you_questioned(text),
        (Some(Tapback::Question), Some(name)) => t.questioned(name, text),
        (None, None) => t.you_reacted(emoji, text),
        (None, Some(name)) => t.reacted(emoji, name, text),
    }
}

/// A reaction as it is drawn: one of the six as our own drawing, any other as the emoji that it is.
pub(crate) fn reaction_glyph(emoji: &str) -> AnyView {
    let Some(tapback) = Tapback::of(emoji) else { return span("tapback-emoji", emoji.to_owned().into_any()) };
    let class = match tapback {
        Tapback::Love => "tapback filled love",
        Tapback::Like => "tapback filled",
        Tapback::Dislike => "tapback filled dislike",
        Tapback::Laugh | Tapback::Emphasize | Tapback::Question => "tapback",
    };
    view! {
        <svg class=class viewBox="0 0 24 24" aria-hidden="true">
            <path d=tapback.path()></path>
        </svg>
    }
    .into_any()
}

/// What is drawn in a place of this class. One kind of element for all of them: each other one is code that the browser loads.
pub(crate) fn span(class: &'static str, content: AnyView) -> AnyView {
    view! { <span class=class aria-hidden="true">{content}</span> }.into_any()
}
