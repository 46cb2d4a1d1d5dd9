//! Accounts: signing up, in and out, and who a token belongs to.

mod limits;
mod source;
mod token;

pub(crate) use limits::Limits;
pub(crate) use source::Source;
pub use token::Token;

use crate::ids::{session_id, user_id};
use crate::password::{Fit, Purpose};
use crate::store::{NewSession, NewUser, Session, StoreError};
use crate::{Chat, Error};
use myna_protocol::{ByeReason, Name, Password, Rejection, SessionId, Timestamp, User, UserId};
use std::net::IpAddr;

/// How long a session lasts, in milliseconds: 30 days.
const SESSION_MILLIS: i64 = 30 * 24 * 60 * 60 * 1_000;

/// A session just begun: the token is told to its browser once, and is not stored.
#[derive(Debug)]
pub struct SignedIn {
    pub user: User,
    pub session: SessionId,
    pub token: Token,
    pub expires_at: Timestamp,
}

impl Chat {
    /// Creates an account and signs it in. `NameTaken` when a person has a name that people would take for the same;
    /// `TooMany` when the address `from` has created many accounts. `from` is `None` for calls from inside the process,
    /// which have no limit.
    pub async fn sign_up(&self, name: Name, password: Password, from: Option<IpAddr>) -> Result<SignedIn, Error> {
        if !self.inner().limits.count_sign_up(from) {
            return Err(Rejection::TooMany.into());
        }
        if self.imitated_by(&name).await?.is_some() {
            return Err(Rejection::NameTaken.into());
        }
        let source = from.map(Source::from);
        let password_hash = self.inner().passwords.hash(password, Purpose::SignUp, source).await?;
        let id = user_id(&*self.inner().ids, self.clock());
        let (user, key) = (User { id, name: name.as_str().to_owned() }, name.key());
        let new = NewUser { id, name, password_hash, created_at: self.clock().now() };
        match self.inner().store.create_user(new).await {
            Ok(()) => {
                self.inner().limits.know(key, from);
                self.begin_session(user).await
            }
            Err(StoreError::Conflict) => Err(Rejection::NameTaken.into()),
            Err(error) => Err(error.into()),
        }
    }

    /// The person whose name this one looks like, if it has letters that look like others.
    pub(crate) async fn imitated_by(&self, name: &Name) -> Result<Option<UserId>, Error> {
        let Some(key) = name.look_alike_key() else { return Ok(None) };
        Ok(self.inner().store.account_by_name_key(&key).await?.map(|account| account.user.id))
    }

    /// Signs a person in. An unknown name and a wrong password have the same answer and take the same time. `TooMany`
    /// when the address `from` has tried too often, or many addresses have tried this name. Right passwords count too.
    pub async fn sign_in(&self, name: &str, password: &str, from: Option<IpAddr>) -> Result<SignedIn, Error> {
        let (Ok(name), Ok(password)) = (Name::stored(name), Password::parse(password)) else {
            return Err(Rejection::BadCredentials.into());
        };
        let key = name.key();
        if !self.inner().limits.count_sign_in(&key, from) {
            return Err(Rejection::TooMany.into());
        }
        let source = from.map(Source::from);
        let account = self.inner().store.account_by_name_key(&key).await?;
        let stored = account.as_ref().map(|account| account.password_hash.clone());
        let fit = self.inner().passwords.verify(password.clone(), stored, source).await?;
        let Some(account) = account.filter(|_| fit != Fit::No) else {
            return Err(Rejection::BadCredentials.into());
        };
        self.inner().limits.know(key, from);
        if fit == Fit::Outdated
            && let Err(error) = self.hash_again(account.user.id, password, source).await
        {
            // The password is right, and the stored hash still fits it.
            tracing::warn!(%error, user = %account.user.id, "an outdated password hash could not be replaced");
        }
        self.begin_session(account.user).await
    }

    /// Somebody at this address is signed in to this name: strangers cannot use up the attempts to sign in from there.
    pub fn know_address(&self, name: &Name, from: Option<IpAddr>) {
        self.inner().limits.know(name.key(), from);
    }

    async fn hash_again(&self, user: UserId, password: Password, source: Option<Source>) -> Result<(), Error> {
        let password_hash = self.inner().passwords.hash(password, Purpose::SignIn, source).await?;
        Ok(self.inner().store.set_password_hash(user, &password_hash).await?)
    }

    /// Ends a session, in the store and on its open sockets.
    pub async fn sign_out(&self, user: UserId, session: SessionId) -> Result<(), Error> {
        self.inner().store.delete_session(session).await?;
        self.hub().end_session(user, session, ByeReason::SignedOut);
        Ok(())
    }

    /// The session of a token; `None` when there is none, or when it has expired.
    pub async fn session(&self, token: &Token) -> Result<Option<Session>, Error> {
        let session = self.inner().store.session_by_token_hash(&token.hash()).await?;
        Ok(session.filter(|session| session.expires_at > self.clock().now()))
    }

    /// Whether an open socket's session still holds.
    pub async fn session_holds(&self, session: SessionId) -> Result<bool, Error> {
        let expiry = self.inner().store.session_expiry(session).await?;
        Ok(expiry.is_some_and(|expires_at| expires_at > self.clock().now()))
    }

    /// Removes the sessions that have expired; how many there were.
    pub async fn forget_expired_sessions(&self) -> Result<u64, Error> {
        Ok(self.inner().store.delete_expired_sessions(self.clock().now()).await?)
    }

    async fn begin_session(&self, user: User) -> Result<SignedIn, Error> {
        let token = Token::new(&*self.inner().ids);
        let session = session_id(&*self.inner().ids, self.clock());
        let created_at = self.clock().now();
        let expires_at = created_at.plus(SESSION_MILLIS);
        let new = NewSession { id: session, token_hash: token.hash(), user: user.id, created_at, expires_at };
        self.inner().store.create_session(new).await?;
        Ok(SignedIn { user, session, token, expires_at })
    }
}
