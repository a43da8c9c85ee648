//! What a segment holds, as the `mpeg2ts` crate reads it: it checks sync bytes, reserved and marker bits, stuffing and the tables' CRC.

use std::collections::HashMap;

use media::annexb;
use mpeg2ts::es::StreamType;
use mpeg2ts::pes::{PesPacketReader, ReadPesPacket};
use mpeg2ts::ts::{ReadTsPacket, TsPacket, TsPacketReader, TsPayload};

use crate::ts::PACKET;

const VIDEO: u16 = 0x100;

/// Ten seconds in front of the stream's time 0.
pub(super) const OFFSET: i64 = 900_000;

#[derive(Debug, Default)]
pub(super) struct Segment {
    pub(super) pictures: Vec<Picture>,
    pub(super) sound: Vec<Sound>,
    pub(super) clocks: Vec<Clock>,
    /// Packets that only tell the time.
    pub(super) alone: usize,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) struct Picture {
    pub(super) pts: u64,
    pub(super) dts: u64,
    /// The random access indicator of its first packet.
    pub(super) key: bool,
    pub(super) nals: Vec<Vec<u8>>,
}

/// One PES packet of sound.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Sound {
    pub(super) pts: u64,
    /// Channel configuration and sampling frequency index in front of each unit.
    pub(super) units: Vec<((u8, u8), Vec<u8>)>,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) struct Clock {
    /// Of 90 kHz.
    pub(super) ticks: u64,
    pub(super) discontinuity: bool,
}

/// Reads segment after segment of one stream: counters go on.
#[derive(Default)]
pub(super) struct Reader {
    counters: HashMap<u16, u8>,
}

/// A time of the stream as 33 bits tell it.
pub(super) fn wrapped(ticks: i64) -> u64 {
    (i128::from(ticks) + i128::from(OFFSET)).rem_euclid(1 << 33) as u64
}

impl Reader {
    pub(super) fn read(&mut self, data: &[u8]) -> Segment {
        assert_eq!(data.len() % PACKET, 0);
        let mut segment = Segment::default();
        let mut keys = Vec::new();
        let mut packets = TsPacketReader::new(data);
        for at in 0.. {
            let Some(packet) = packets.read_ts_packet().expect("a packet") else { break };
            self.count(&packet);
            let field = packet.adaptation_field.as_ref();
            if let Some(clock) = field.and_then(|field| Some((field.pcr?, field.discontinuity_indicator))) {
                let ticks = clock.0.as_u64();
                assert_eq!((packet.header.pid.as_u16(), ticks % 300), (VIDEO, 0));
                segment.clocks.push(Clock { ticks: ticks / 300, discontinuity: clock.1 });
            }
            match &packet.payload {
                Some(TsPayload::Pat(pat)) => assert_eq!((at, pat.table.len()), (0, 1)),
                Some(TsPayload::Pmt(pmt)) => assert_eq!((at, pmt.program_num), (1, 1)),
                Some(TsPayload::PesStart(_)) if packet.header.pid.as_u16() == VIDEO => {
                    let field = field.expect("each picture tells the time");
                    assert!(field.pcr.is_some());
                    keys.push(field.random_access_indicator);
                }
                None => segment.alone += 1,
                Some(TsPayload::PesStart(_) | TsPayload::PesContinuation(_)) => {}
                other => panic!("{other:?}"),
            }
        }
        read_pes(data, &mut segment);
        assert_eq!(keys.len(), segment.pictures.len());
        segment.pictures.iter_mut().zip(keys).for_each(|(picture, key)| picture.key = key);
        segment
    }

    /// Counters run; they stand still in packets without payload.
    fn count(&mut self, packet: &TsPacket) {
        let (pid, counter) = (packet.header.pid.as_u16(), packet.header.continuity_counter.as_u8());
        let step = u8::from(packet.payload.is_some());
        let before = self.counters.insert(pid, counter);
        assert!(before.is_none_or(|before| (before + step) % 16 == counter), "{before:?} {packet:?}");
    }
}

/// What the program map tells: the PID of the clock, and the streams.
pub(super) fn program(data: &[u8]) -> (u16, Vec<(StreamType, u16)>) {
    let mut packets = TsPacketReader::new(data);
    packets.read_ts_packet().unwrap();
    match packets.read_ts_packet().unwrap().and_then(|packet| packet.payload) {
        Some(TsPayload::Pmt(pmt)) => {
            let streams = pmt.es_info.iter().map(|es| (es.stream_type, es.elementary_pid.as_u16()));
            (pmt.pcr_pid.unwrap().as_u16(), streams.collect())
        }
        other => panic!("{other:?}"),
    }
}

fn read_pes(data: &[u8], segment: &mut Segment) {
    let mut reader = PesPacketReader::new(TsPacketReader::new(data));
    while let Some(pes) = reader.read_pes_packet().expect("a PES packet of the length that it tells") {
        let pts = pes.header.pts.expect("each PES packet has a PTS").as_u64();
        let dts = pes.header.dts.map(|dts| dts.as_u64());
        assert!(pes.header.data_alignment_indicator && dts != Some(pts));
        if pes.header.stream_id.is_video() {
            assert!(pes.data.starts_with(&[0, 0, 0, 1, 9, 0xf0]), "an access unit delimiter is first");
            let nals = annexb::nal_units(&pes.data[6..]).map(<[u8]>::to_vec).collect();
            segment.pictures.push(Picture { pts, dts: dts.unwrap_or(pts), key: false, nals });
        } else {
            segment.sound.push(Sound { pts, units: adts(&pes.data) });
        }
    }
}

/// Units of sound behind ADTS headers (ISO/IEC 14496-3, section 1.A.2.2).
fn adts(mut data: &[u8]) -> Vec<((u8, u8), Vec<u8>)> {
    let mut units = Vec::new();
    while let Some((header, _)) = data.split_first_chunk::<7>() {
        let bits = header.iter().fold(0_u64, |bits, byte| bits << 8 | u64::from(*byte));
        let field = |from: u32, count: u32| (bits >> (56 - from - count)) & ((1 << count) - 1);
        assert_eq!((field(0, 16), field(16, 2), field(43, 11), field(54, 2)), (0xfff1, 1, 0x7ff, 0), "{header:02x?}");
        let (unit, rest) = data.split_at(field(30, 13) as usize);
        units.push(((field(23, 3) as u8, field(18, 4) as u8), unit[7..].to_vec()));
        data = rest;
    }
    assert!(data.is_empty());
    units
}
