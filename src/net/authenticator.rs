//! Who may connect: the answers to libzmq's questions about peers that shake hands (ZAP, RFC 27).

use super::{Context, Kind, NetError, PollEntry, Socket};
use crate::model::Secret;

/// Where libzmq asks, in every context.
const ZAP: &str = "inproc://zeromq.zap.01";
/// The version of that conversation.
const VERSION: &str = "1.0";

/// Lets peers in that show a token, on the sockets of one context that
/// [require one](Socket::require_token). The others are refused by libzmq while they shake hands:
/// nothing that they say gets to the socket.
///
/// The token is the password of ZMTP's PLAIN mechanism, so it is for addresses of this machine. One
/// that encrypts, CURVE, asks at the same place.
pub struct Authenticator {
    socket: Socket,
    token: Secret,
}

impl std::fmt::Debug for Authenticator {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Authenticator")
    }
}

impl Authenticator {
    /// The user under which a token is shown; there is only this one.
    pub(super) const USER: &str = "mpmt";

    /// Answers for a context. Make it before the sockets that need it listen.
    ///
    /// # Errors
    /// When the context has one already, or is out of sockets.
    pub fn new(context: &Context, token: Secret) -> Result<Authenticator, NetError> {
        let mut socket = context.socket(Kind::Reply)?;
        socket.bind(ZAP)?;
        Ok(Authenticator { socket, token })
    }

    /// Ready when somebody waits for an answer.
    pub fn poll_entry(&self) -> PollEntry<'_> {
        PollEntry::readable(&self.socket)
    }

    /// Answers those who wait, at most so many.
    ///
    /// # Errors
    /// When libzmq fails.
    pub fn answer(&self, most: usize) -> Result<(), NetError> {
        for _ in 0..most {
            let question = match self.socket.raw().recv_multipart(zmq::DONTWAIT) {
                Ok(question) => question,
                Err(zmq::Error::EAGAIN | zmq::Error::EINTR) => return Ok(()),
                Err(source) => return Err(failed(source)),
            };
            // Version, request, domain, address, identity, mechanism, and what that mechanism shows.
            let request = question.get(1).map_or(&[][..], Vec::as_slice);
            let (status, text) = if self.admits(&question) {
                ("200", "OK")
            } else {
                ("400", "no such token")
            };
            let answer: [&[u8]; 6] = [
                VERSION.as_bytes(),
                request,
                status.as_bytes(),
                text.as_bytes(),
                Self::USER.as_bytes(),
                &[],
            ];
            match self.socket.raw().send_multipart(answer, zmq::DONTWAIT) {
                // Who has asked may have gone.
                Ok(()) | Err(zmq::Error::EAGAIN | zmq::Error::EHOSTUNREACH) => {}
                Err(source) => return Err(failed(source)),
            }
        }
        Ok(())
    }

    fn admits(&self, question: &[Vec<u8>]) -> bool {
        let [_, _, _, _, _, mechanism, user, password] = question else {
            return false;
        };
        let shown: Option<Secret> = str::from_utf8(password)
            .ok()
            .and_then(|text| text.parse().ok());
        mechanism == b"PLAIN" && user == Self::USER.as_bytes() && shown == Some(self.token)
    }
}

fn failed(source: zmq::Error) -> NetError {
    NetError::Zmq {
        action: "answer who shakes hands".to_owned(),
        source,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::net::{Frame, Received, Watch, poll};
    use std::time::Duration;

    const TOKEN: Secret = Secret::from_bits(7);

    /// Whether a peer that shows this gets in, or hears that it does not.
    fn gets_in(token: Option<Secret>) -> bool {
        let context = Context::new();
        let authenticator = Authenticator::new(&context, TOKEN).unwrap();
        let mut router = context.socket(Kind::Router).unwrap();
        router.require_token().unwrap();
        let url = router.bind("tcp://127.0.0.1:*").unwrap();
        let theirs = Context::new();
        let dealer = theirs.socket(Kind::Dealer).unwrap();
        if let Some(token) = token {
            dealer.show_token(token).unwrap();
        }
        let watch = Watch::dial(&theirs, &dealer).unwrap();
        dealer.connect(&url).unwrap();
        dealer.send(b"hello").unwrap();
        let (mut peer, mut frame) = (Frame::default(), Frame::default());
        for _ in 0..100 {
            let mut entries = [
                authenticator.poll_entry(),
                PollEntry::readable(&router),
                PollEntry::watch(&watch),
            ];
            poll(&mut entries, Some(Duration::from_secs(10))).unwrap();
            authenticator.answer(1).unwrap();
            let seen = watch.take();
            if seen.refused || seen.foreign {
                assert_eq!(
                    (seen.refused, seen.foreign),
                    (token.is_some(), token.is_none())
                );
                assert_eq!(router.receive(&mut frame).unwrap(), Received::Nothing);
                return false;
            }
            if router.receive_from(&mut peer, &mut frame).unwrap() == Received::Frame {
                return true;
            }
        }
        panic!("neither in nor refused");
    }

    #[test]
    fn only_who_shows_the_token_gets_in_and_the_others_hear_of_it() {
        assert!(gets_in(Some(TOKEN)));
        assert!(!gets_in(Some(Secret::from_bits(8))));
        assert!(!gets_in(None));
    }
}
