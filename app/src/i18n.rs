//! What the page says, in the reader's language. `locales/` has the sentences, one file for each language.

#[cfg_attr(feature = "hydrate", expect(dead_code, reason = "only the server writes times by patterns"))]
mod catalogue;
#[cfg(feature = "ssr")]
mod plural;

pub use catalogue::Words;

use crate::problem::Problem;
#[cfg(feature = "ssr")]
use crate::request_context::RequestContext;
#[cfg(feature = "ssr")]
use leptos::prelude::use_context;
use myna_client::{Failure, ForwardedFrom, Title, UnsentBy};
use myna_protocol::Rejection;

impl Words {
    /// The direction of its script, as the `dir` attribute has it.
    pub fn direction(self) -> &'static str {
        match self.language() {
            "ar" | "fa" | "he" | "ur" => "rtl",
            _ => "ltr",
        }
    }

    /// A person's name, or a word where it is not known.
    pub(crate) fn person(self, name: &str) -> String {
        if name.is_empty() { self.unknown_person().to_owned() } else { name.to_owned() }
    }

    /// What a conversation is called.
    pub(crate) fn title(self, title: &Title) -> String {
        match title {
            Title::Name(name) => name.clone(),
            Title::NoteToSelf => self.title_self().to_owned(),
            Title::Unknown => self.unknown_person().to_owned(),
            Title::JustYou => self.title_alone().to_owned(),
            Title::Members { names, others } => {
                let names: Vec<String> = names.iter().map(|name| self.person(name)).collect();
                match (&names[..], *others) {
                    ([one], 0) => one.clone(),
                    ([one], others) => self.title_one_more(others as u64, one.as_str()),
                    ([one, two], 0) => self.title_two(one.as_str(), two.as_str()),
                    ([one, two], others) => self.title_two_more(others as u64, one.as_str(), two.as_str()),
                    ([one, two, three, ..], _) => self.title_three(one.as_str(), two.as_str(), three.as_str()),
                    ([], _) => self.title_alone().to_owned(),
                }
            }
        }
    }

    /// Why something was not done, and what to do.
    pub(crate) fn problem(self, problem: &Problem) -> &'static str {
        match problem {
            Problem::Refused(rejection) => self.refusal(*rejection),
            Problem::Unreachable => self.unreachable(),
        }
    }

    /// Why the server refused something, and what to do.
    pub fn refusal(self, rejection: Rejection) -> &'static str {
        match rejection {
            Rejection::Unauthenticated => self.refused_unauthenticated(),
            Rejection::BadCredentials => self.refused_bad_credentials(),
            Rejection::NameTaken => self.refused_name_taken(),
            Rejection::NameInvalid => self.refused_name_invalid(),
            Rejection::PasswordTooShort => self.refused_password_too_short(),
            Rejection::PasswordTooLong => self.refused_password_too_long(),
            Rejection::TextEmpty => self.refused_text_empty(),
            Rejection::TextTooLong => self.refused_text_too_long(),
            Rejection::TextInvalid => self.refused_text_invalid(),
            Rejection::NotFound => self.refused_not_found(),
            Rejection::ClientIdReused => self.refused_client_id_reused(),
            Rejection::IdTaken => self.refused_id_taken(),
            Rejection::TooManyMembers => self.refused_too_many_members(),
            Rejection::TooFewMembers => self.refused_too_few_members(),
            Rejection::DirectStays => self.refused_direct_stays(),
            Rejection::NotAllowed => self.refused_not_allowed(),
            Rejection::EditTooLate => self.refused_edit_too_late(),
            Rejection::EditTooOften => self.refused_edit_too_often(),
            Rejection::UnsendTooLate => self.refused_unsend_too_late(),
            Rejection::MessageUnsent => self.refused_message_unsent(),
            Rejection::MessageForwarded => self.refused_message_forwarded(),
            Rejection::EmojiInvalid => self.refused_emoji_invalid(),
            Rejection::TooManyReactions => self.refused_too_many_reactions(),
            Rejection::TimePast => self.refused_time_past(),
            Rejection::TimeTooFar => self.refused_time_too_far(),
            Rejection::TooManyScheduled => self.refused_too_many_scheduled(),
            Rejection::Malformed | Rejection::OutOfOrder => self.refused_malformed(),
            Rejection::ForeignOrigin => self.refused_foreign_origin(),
            Rejection::TooMany => self.refused_too_many(),
            Rejection::Unavailable => self.refused_unavailable(),
            Rejection::Unknown => self.refused_unknown(),
        }
    }

    /// Who wrote the text of a forwarded message.
    pub(crate) fn origin(self, origin: &ForwardedFrom) -> String {
        if origin.mine { self.forwarded_from_you().to_owned() } else { self.forwarded_from(self.person(&origin.name)) }
    }

    /// What stands in the place of a message that was unsent.
    pub(crate) fn unsent_by(self, by: &UnsentBy) -> String {
        match by {
            UnsentBy::Me => self.you_unsent().to_owned(),
            UnsentBy::Sender(name) => self.unsent(self.person(name)),
            UnsentBy::DeletedByMe => self.you_deleted().to_owned(),
            UnsentBy::Deleted(name) => self.deleted(self.person(name)),
        }
    }

    /// Why a message was not delivered.
    pub(crate) fn failure(self, failure: Failure) -> String {
        match failure {
            Failure::Expired => self.not_delivered().to_owned(),
            Failure::Rejected(rejection) => self.not_delivered_why(self.refusal(rejection)),
        }
    }
}

/// The sentences in the reader's language.
pub(crate) fn words() -> Words {
    #[cfg(feature = "ssr")]
    return use_context::<RequestContext>().map(|request| request.words).unwrap_or_default();
    // The page has been made in one language, and brings it.
    #[cfg(not(feature = "ssr"))]
    Words::default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_group_without_a_name_is_called_after_its_members() {
        let title = |language: &str, names: &[&str], others| {
            let names = names.iter().map(|&name| name.to_owned()).collect();
            Words::in_language(language).expect("there is one").title(&Title::Members { names, others })
        };
        assert_eq!(title("en", &["Ada"], 0), "Ada");
        assert_eq!(title("en", &["Ada", "Bea"], 0), "Ada & Bea");
        assert_eq!(title("en", &["Ada", "Bea", "Chidi"], 0), "Ada, Bea & Chidi");
        assert_eq!(title("en", &["Ada", "Bea"], 1), "Ada, Bea & 1 other");
        assert_eq!(title("en", &["Ada", ""], 7), "Ada, Unknown person & 7 others");
        assert_eq!(title("de", &["Ada"], 2), "Ada und 2 weitere");
        assert_eq!(title("es", &["Ada", "Bea"], 1), "Ada, Bea y 1 persona más");
    }

    #[test]
    fn every_refusal_has_a_sentence_of_its_own_kind_in_every_language() {
        for language in Words::languages() {
            let words = Words::in_language(language).expect("there is one");
            for rejection in Rejection::ALL {
                let said = words.refusal(rejection);
                assert!(said.ends_with('.') && said.len() > 10, "{language} {rejection:?}: {said}");
            }
        }
    }

    #[test]
    fn a_language_without_a_catalogue_has_none() {
        assert!(Words::in_language("fr").is_none());
        assert_eq!((Words::default().language(), Words::default().direction()), ("en", "ltr"));
    }
}
