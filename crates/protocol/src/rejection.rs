//! Why the server refused a request. The caller can correct it, it is safe to show, and its code never changes.

use crate::code::codes;
use std::fmt;

/// A refusal. Its serialised form is the stable code; its `Display` is a sentence to show.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Rejection {
    /// Nobody is signed in here.
    Unauthenticated,
    /// No person has this name, or the password is wrong. The answer does not say which.
    BadCredentials,
    NameTaken,
    NameInvalid,
    PasswordTooShort,
    PasswordTooLong,
    TextEmpty,
    TextTooLong,
    TextInvalid,
    /// It does not exist, or the caller may not see it. The answer does not say which.
    NotFound,
    /// The client id was used before, with another text or in another request.
    ClientIdReused,
    /// The id chosen for a new conversation belongs to another one.
    IdTaken,
    TooManyMembers,
    /// A group needs at least one person besides its creator.
    TooFewMembers,
    /// Nobody can leave a direct conversation.
    DirectStays,
    /// One may be here, but may not do this.
    NotAllowed,
    /// The time in which a message can be edited is over.
    EditTooLate,
    /// The message has been edited as often as it can be.
    EditTooOften,
    /// The time in which a message can be unsent is over.
    UnsendTooLate,
    /// The message was unsent.
    MessageUnsent,
    /// A forwarded message has the text of another person's message: it cannot be edited.
    MessageForwarded,
    /// A reaction is one emoji.
    EmojiInvalid,
    /// The message has as many reactions as it can have.
    TooManyReactions,
    /// A message can be scheduled for a time to come only.
    TimePast,
    /// The time is further ahead than a message can be scheduled.
    TimeTooFar,
    /// The person has as many messages, or as much text, scheduled as they can have.
    TooManyScheduled,
    /// The frame is not a command.
    Malformed,
    /// `hello` comes first, and once.
    OutOfOrder,
    /// The request came from a page of another site.
    ForeignOrigin,
    /// Too many attempts; wait and try again.
    TooMany,
    /// The server cannot do it now. Nothing was changed; try again.
    Unavailable,
    /// A code from a newer server.
    Unknown,
}

codes! {
    Rejection {
        Unauthenticated = "unauthenticated",
        BadCredentials = "bad_credentials",
        NameTaken = "name_taken",
        NameInvalid = "name_invalid",
        PasswordTooShort = "password_too_short",
        PasswordTooLong = "password_too_long",
        TextEmpty = "text_empty",
        TextTooLong = "text_too_long",
        TextInvalid = "text_invalid",
        NotFound = "not_found",
        ClientIdReused = "client_id_reused",
        IdTaken = "id_taken",
        TooManyMembers = "too_many_members",
        TooFewMembers = "too_few_members",
        DirectStays = "direct_stays",
        NotAllowed = "not_allowed",
        EditTooLate = "edit_too_late",
        EditTooOften = "edit_too_often",
        UnsendTooLate = "unsend_too_late",
        MessageUnsent = "message_unsent",
        MessageForwarded = "message_forwarded",
        EmojiInvalid = "emoji_invalid",
        TooManyReactions = "too_many_reactions",
        TimePast = "time_past",
        TimeTooFar = "time_too_far",
        TooManyScheduled = "too_many_scheduled",
        Malformed = "malformed",
        OutOfOrder = "out_of_order",
        ForeignOrigin = "foreign_origin",
        TooMany = "too_many",
        Unavailable = "unavailable",
        Unknown = "unknown",
    } else Unknown
}

impl Rejection {
    /// Every refusal that a server of this version can answer.
    pub const ALL: [Self; 31] = [
        Self::Unauthenticated,
        Self::BadCredentials,
        Self::NameTaken,
        Self::NameInvalid,
        Self::PasswordTooShort,
        Self::PasswordTooLong,
        Self::TextEmpty,
        Self::TextTooLong,
        Self::TextInvalid,
        Self::NotFound,
        Self::ClientIdReused,
        Self::IdTaken,
        Self::TooManyMembers,
        Self::TooFewMembers,
        Self::DirectStays,
        Self::NotAllowed,
        Self::EditTooLate,
        Self::EditTooOften,
        Self::UnsendTooLate,
        Self::MessageUnsent,
        Self::MessageForwarded,
        Self::EmojiInvalid,
        Self::TooManyReactions,
        Self::TimePast,
        Self::TimeTooFar,
        Self::TooManyScheduled,
        Self::Malformed,
        Self::OutOfOrder,
        Self::ForeignOrigin,
        Self::TooMany,
        Self::Unavailable,
    ];

    /// Whether the same request may succeed later without being changed.
    pub fn is_temporary(self) -> bool {
        matches!(self, Self::TooMany | Self::Unavailable)
    }
}

impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unauthenticated => "please sign in",
            Self::BadCredentials => "this name and password do not match",
            Self::NameTaken => "this name is taken, please choose another",
            Self::NameInvalid => "a name has 1 to 64 characters, none of them invisible",
            Self::PasswordTooShort => "a password has at least 8 characters",
            Self::PasswordTooLong => "a password has at most 256 characters",
            Self::TextEmpty => "a message needs a text",
            Self::TextTooLong => "a message has at most 8,000 characters",
            Self::TextInvalid => "a message cannot have control characters",
            Self::NotFound => "there is no such thing here",
            Self::ClientIdReused => "this message id was used for another text",
            Self::IdTaken => "this conversation id is taken",
            Self::TooManyMembers => "a group has at most 256 people",
            Self::TooFewMembers => "a group needs at least one other person",
            Self::DirectStays => "a direct conversation cannot be left",
            Self::NotAllowed => "you are not allowed to do this here",
            Self::EditTooLate => "this message can no longer be edited",
            Self::EditTooOften => "this message has been edited five times, and cannot be edited again",
            Self::UnsendTooLate => "this message can no longer be unsent",
            Self::MessageUnsent => "this message was unsent",
            Self::MessageForwarded => "a forwarded message cannot be edited",
            Self::EmojiInvalid => "a reaction is one emoji",
            Self::TooManyReactions => "this message has as many reactions as it can have",
            Self::TimePast => "a message can only be scheduled for a time to come",
            Self::TimeTooFar => "a message can be scheduled at most 14 days ahead",
            Self::TooManyScheduled => "you have too many scheduled messages: send or delete one first",
            Self::Malformed => "this is not a command",
            Self::OutOfOrder => "hello comes first, and once",
            Self::ForeignOrigin => "this request came from another site",
            Self::TooMany => "too many attempts, please wait a moment",
            Self::Unavailable => "the server cannot do this right now, please try again",
            Self::Unknown => "the server refused",
        })
    }
}

impl std::error::Error for Rejection {}
