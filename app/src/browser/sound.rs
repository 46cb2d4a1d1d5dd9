//! The sound of a new message: our own, two short notes.

use web_sys::{AudioContext, AudioContextState};

/// Each note: when it begins, its pitch in hertz, and how long it rings, in seconds.
const NOTES: [(f64, f32, f64); 2] = [(0.0, 1_175.0, 0.09), (0.07, 1_760.0, 0.16)];
/// How loud, of 1.
const LOUDNESS: f32 = 0.12;

/// Plays the sound. Browsers allow none before the first click or key on the page; then this does nothing.
pub(crate) fn chirp() {
    thread_local! {
        static CONTEXT: Option<AudioContext> = AudioContext::new().ok();
    }
    CONTEXT.with(|context| {
        let Some(context) = context else { return };
        if context.state() == AudioContextState::Running {
            for (at, pitch, length) in NOTES {
                let _ = note(context, context.current_time() + at, pitch, length);
            }
        } else {
            // The clock of a suspended context stands still: all notes would play at once when it resumes.
            let _ = context.resume();
        }
    });
}

fn note(context: &AudioContext, at: f64, pitch: f32, length: f64) -> Result<(), wasm_bindgen::JsValue> {
    let (tone, volume) = (context.create_oscillator()?, context.create_gain()?);
    tone.frequency().set_value(pitch);
    volume.gain().set_value_at_time(LOUDNESS, at)?;
    volume.gain().exponential_ramp_to_value_at_time(0.001, at + length)?;
    tone.connect_with_audio_node(&volume)?.connect_with_audio_node(&context.destination())?;
    tone.start_with_when(at)?;
    tone.stop_with_when(at + length)
}
