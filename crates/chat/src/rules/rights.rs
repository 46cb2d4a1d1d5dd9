//! Who may do what: one pure table.

use myna_protocol::{Kind, Rejection};

/// What somebody is in a conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// They created it, and are in it.
    Owner,
    Member,
    /// They are not in it, or are no longer.
    Outsider,
}

/// What somebody does in a conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Reads messages and members, and hears what happens.
    Read,
    Send,
    /// Edits or unsends their own message.
    Edit,
    /// Reacts to any message.
    React,
    /// Deletes a message that another person sent.
    Delete,
    Join,
    /// Brings others in.
    Add,
    Leave,
    Rename,
}

/// Whether they may.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    Yes,
    No(Rejection),
}

/// Whether somebody of this role may do this in a conversation of this kind.
///
/// An outsider learns nothing: for them a conversation that they cannot join does not exist.
pub fn may(role: Role, action: Action, kind: Kind) -> Verdict {
    use Rejection::{DirectStays, NotAllowed, NotFound};
    use Verdict::{No, Yes};
    match (action, role, kind) {
        (Action::Join, Role::Owner | Role::Member | Role::Outsider, Kind::Channel) => Yes,
        (Action::Join, _, Kind::Direct | Kind::Group) | (_, Role::Outsider, _) => No(NotFound),
        (Action::Read | Action::Send | Action::Edit | Action::React, Role::Owner | Role::Member, _)
        | (Action::Delete, Role::Owner, Kind::Channel) => Yes,
        (Action::Delete, _, _) => No(NotAllowed),
        (Action::Add | Action::Leave, Role::Owner | Role::Member, Kind::Group | Kind::Channel) => Yes,
        (Action::Add, Role::Owner | Role::Member, Kind::Direct) => No(NotAllowed),
        (Action::Leave, Role::Owner | Role::Member, Kind::Direct) => No(DirectStays),
        (Action::Rename, Role::Owner | Role::Member, Kind::Group) | (Action::Rename, Role::Owner, Kind::Channel) => Yes,
        (Action::Rename, Role::Member, Kind::Channel) | (Action::Rename, _, Kind::Direct) => No(NotAllowed),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_of_rights() {
        use Kind::{Channel, Direct, Group};
        use Rejection::{DirectStays, NotAllowed, NotFound};
        use Role::{Member, Outsider, Owner};
        let yes = Verdict::Yes;
        let no = Verdict::No;
        // For each action and role: in a direct conversation, in a group, in a channel.
        let table = [
            (Action::Read, Owner, [yes, yes, yes]),
            (Action::Read, Member, [yes, yes, yes]),
            (Action::Read, Outsider, [no(NotFound), no(NotFound), no(NotFound)]),
            (Action::Send, Owner, [yes, yes, yes]),
            (Action::Send, Member, [yes, yes, yes]),
            (Action::Send, Outsider, [no(NotFound), no(NotFound), no(NotFound)]),
            (Action::Edit, Owner, [yes, yes, yes]),
            (Action::Edit, Member, [yes, yes, yes]),
            (Action::Edit, Outsider, [no(NotFound), no(NotFound), no(NotFound)]),
            (Action::React, Owner, [yes, yes, yes]),
            (Action::React, Member, [yes, yes, yes]),
            (Action::React, Outsider, [no(NotFound), no(NotFound), no(NotFound)]),
            (Action::Delete, Owner, [no(NotAllowed), no(NotAllowed), yes]),
            (Action::Delete, Member, [no(NotAllowed), no(NotAllowed), no(NotAllowed)]),
            (Action::Delete, Outsider, [no(NotFound), no(NotFound), no(NotFound)]),
            (Action::Join, Owner, [no(NotFound), no(NotFound), yes]),
            (Action::Join, Member, [no(NotFound), no(NotFound), yes]),
            (Action::Join, Outsider, [no(NotFound), no(NotFound), yes]),
            (Action::Add, Owner, [no(NotAllowed), yes, yes]),
            (Action::Add, Member, [no(NotAllowed), yes, yes]),
            (Action::Add, Outsider, [no(NotFound), no(NotFound), no(NotFound)]),
            (Action::Leave, Owner, [no(DirectStays), yes, yes]),
            (Action::Leave, Member, [no(DirectStays), yes, yes]),
            (Action::Leave, Outsider, [no(NotFound), no(NotFound), no(NotFound)]),
            (Action::Rename, Owner, [no(NotAllowed), yes, yes]),
            (Action::Rename, Member, [no(NotAllowed), yes, no(NotAllowed)]),
            (Action::Rename, Outsider, [no(NotFound), no(NotFound), no(NotFound)]),
        ];
        for (action, role, verdicts) in table {
            for (kind, verdict) in [Direct, Group, Channel].into_iter().zip(verdicts) {
                assert_eq!(may(role, action, kind), verdict, "{role:?} {action:?} {kind:?}");
            }
        }
    }
}
