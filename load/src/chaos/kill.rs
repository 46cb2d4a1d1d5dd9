//! The server is killed, at no moment in particular.

use super::ground::{Ground, some};
use super::row::Row;

/// `kill -9` while everybody talks; after a while without a server there is one again.
pub(super) fn at_random(ground: &Ground<'_>, row: &mut Row) -> anyhow::Result<()> {
    let mut play = ground.play()?;
    play.talking.last(some(0.2..ground.load.seconds))?;
    let opened = play.all_anew();
    play.stage.kill();
    play.talking.last(some(0.0..0.5))?;
    play.start_again(row, opened)?;
    play.end(row)
}
