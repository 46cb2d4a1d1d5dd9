//! The blocks of the page; one file each, one style sheet each.

mod avatar;
mod banner;
mod bubble;
mod composer;
mod confirm_dialog;
mod date_dialog;
mod details;
mod earlier_versions;
mod flow;
mod icon;
mod message_actions;
mod message_list;
mod modal;
mod name_dialog;
mod overlay;
mod pane_head;
mod picker_head;
mod quick_switcher;
mod shortcuts;
mod sidebar;
mod sidebar_row;
mod sign_out;

pub(crate) use avatar::Avatar;
pub(crate) use banner::Banner;
pub(crate) use bubble::TranscriptLine;
pub(crate) use composer::{Composer, is_composing};
pub(crate) use confirm_dialog::ConfirmDialog;
pub(crate) use date_dialog::DateDialog;
pub(crate) use details::Details;
pub(crate) use earlier_versions::EarlierVersions;
pub(crate) use flow::{Each, When};
#[cfg(feature = "ssr")]
pub(crate) use icon::Logo;
pub(crate) use icon::{Glyph, Icon};
pub(crate) use message_list::MessageList;
pub(crate) use modal::{show_modal, when_closed};
pub(crate) use name_dialog::NameDialog;
pub(crate) use overlay::{Menu, MenuItem, Overlay, OverlayLayer, Sheet, provide_overlay, use_overlay};
pub(crate) use pane_head::PaneHead;
pub(crate) use picker_head::PickerHead;
pub(crate) use quick_switcher::{QuickSwitcher, next_option};
pub(crate) use shortcuts::Shortcuts;
pub(crate) use sidebar::Sidebar;
pub(crate) use sidebar_row::ConversationRow;
pub(crate) use sign_out::SignOutButton;
