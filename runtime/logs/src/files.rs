//! Log files that are put away by the time and by their size.
//!
//! A file is `framegate.2026-11-26.log`: where another is begun each day or hour, its date by UTC stands before the ending. One that is full is followed by
//! `framegate.2026-11-26.1.log`, that by `.2`. None is renamed: who reads one reads on to its end. Of those of its kind the newest `keep` stay.
//!
//! Architecture invariant: pure but for the files: the time is passed in.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use config::{LogFile, Rotation};
use jiff::{Timestamp, tz::TimeZone};

/// Where files are and what they are called.
#[derive(Clone, Debug)]
struct Place {
    folder: PathBuf,
    stem: String,
    ending: String,
    rotation: Rotation,
}

/// Which of the files of a place: in the order in which they are written.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Turn {
    /// Empty where no other is begun by the time.
    date: String,
    /// Counted from the first of that date, which has none in its name.
    number: u64,
}

/// Writes lines into the file whose turn it is.
#[derive(Debug)]
pub(crate) struct Files {
    place: Place,
    max_size: Option<u64>,
    keep: usize,
    turn: Turn,
    file: File,
    bytes: u64,
}

impl Files {
    /// Goes on with the newest file of this date, if there is one; the folder is made if there is none.
    pub(crate) fn open(to: &LogFile, now: SystemTime) -> io::Result<Self> {
        let place = Place::of(to)?;
        fs::create_dir_all(&place.folder)?;
        let date = place.date(now);
        let number = place.written()?.into_iter().filter(|turn| turn.date == date).map(|turn| turn.number).max();
        let turn = Turn { date, number: number.unwrap_or_default() };
        let (file, bytes) = place.open(&turn)?;
        let files = Self { place, max_size: to.max_size, keep: to.keep as usize, turn, file, bytes };
        files.put_away();
        Ok(files)
    }

    /// Writes a line. One that no file may have room for is in a file of its own.
    fn write_line(&mut self, line: &[u8], now: SystemTime) -> io::Result<()> {
        let date = self.place.date(now);
        let is_full = self.bytes > 0 && self.max_size.is_some_and(|max| self.bytes + line.len() as u64 > max);
        // A clock that is set back begins no file anew that was left.
        if date > self.turn.date {
            self.begin(Turn { date, number: 0 });
        } else if is_full {
            self.begin(Turn { date: self.turn.date.clone(), number: self.turn.number + 1 });
        }
        self.file.write_all(line)?;
        self.bytes += line.len() as u64;
        Ok(())
    }

    /// Where there is no place for another one, the one that is there goes on: the next line tries again.
    fn begin(&mut self, turn: Turn) {
        if let Ok((file, bytes)) = self.place.open(&turn) {
            (self.turn, self.file, self.bytes) = (turn, file, bytes);
            self.put_away();
        }
    }

    /// Removes the oldest. What cannot be removed now is tried again with the next file.
    fn put_away(&self) {
        let mut turns = self.place.written().unwrap_or_default();
        turns.sort();
        let surplus = turns.len().saturating_sub(self.keep);
        for turn in turns.iter().take(surplus).filter(|turn| **turn != self.turn) {
            _ = fs::remove_file(self.place.path(turn));
        }
    }
}

impl Write for Files {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        self.write_line(line, SystemTime::now())?;
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Place {
    fn of(to: &LogFile) -> io::Result<Self> {
        let name = to.path.file_name().and_then(|name| name.to_str());
        let name = name.ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "it is no file"))?;
        let (stem, ending) = name.rsplit_once('.').unwrap_or((name, "log"));
        let folder = to.path.parent().unwrap_or(Path::new("")).to_owned();
        Ok(Self { folder, stem: stem.into(), ending: ending.into(), rotation: to.rotation })
    }

    /// The date of a time in names.
    fn date(&self, now: SystemTime) -> String {
        let form = match self.rotation {
            Rotation::Never => return String::new(),
            Rotation::Daily => "%Y-%m-%d",
            Rotation::Hourly => "%Y-%m-%d-%H",
        };
        // No clock is set to a year that has none: jiff's go to 9999.
        let time = Timestamp::try_from(now).unwrap_or_default().to_zoned(TimeZone::UTC);
        time.strftime(form).to_string()
    }

    fn path(&self, turn: &Turn) -> PathBuf {
        let mut name = self.stem.clone();
        if !turn.date.is_empty() {
            name += &format!(".{}", turn.date);
        }
        if turn.number > 0 {
            name += &format!(".{}", turn.number);
        }
        self.folder.join(format!("{name}.{}", self.ending))
    }

    fn open(&self, turn: &Turn) -> io::Result<(File, u64)> {
        let file = OpenOptions::new().create(true).append(true).open(self.path(turn))?;
        let bytes = file.metadata()?.len();
        Ok((file, bytes))
    }

    /// Those that are there: of this place and put away by the same time, no others.
    fn written(&self) -> io::Result<Vec<Turn>> {
        let names = fs::read_dir(&self.folder)?.flatten().map(|entry| entry.file_name());
        Ok(names.filter_map(|name| self.turn(name.to_str()?)).collect())
    }

    fn turn(&self, name: &str) -> Option<Turn> {
        let between = name.strip_prefix(&self.stem)?.strip_suffix(&self.ending)?.strip_suffix('.')?;
        let mut parts = between.split('.').skip(1);
        let date = match self.rotation {
            Rotation::Never => "",
            Rotation::Daily | Rotation::Hourly => parts.next()?,
        };
        let number = match parts.next() {
            Some(number) => number.parse().ok().filter(|number| *number > 0)?,
            None => 0,
        };
        let turn = Turn { date: date.into(), number };
        // What is written in another way is somebody else's.
        let is_ours = self.path(&turn).file_name().is_some_and(|ours| ours == name) && self.is_date(date);
        is_ours.then_some(turn)
    }

    fn is_date(&self, text: &str) -> bool {
        let form = match self.rotation {
            Rotation::Never => "",
            Rotation::Daily => "0000-00-00",
            Rotation::Hourly => "0000-00-00-00",
        };
        let fits = |(letter, form): (u8, u8)| if form == b'0' { letter.is_ascii_digit() } else { letter == form };
        text.len() == form.len() && text.bytes().zip(form.bytes()).all(fits)
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use super::*;

    /// 2026-11-26, 23:30 by UTC.
    const EVENING: Duration = Duration::from_secs(1_795_735_800);

    fn at(minutes: u64) -> SystemTime {
        UNIX_EPOCH + EVENING + Duration::from_secs(60 * minutes)
    }

    fn to(folder: &Path, rotation: Rotation, max_size: Option<u64>, keep: u32) -> LogFile {
        LogFile { path: folder.join("logs/framegate.log"), rotation, max_size, keep }
    }

    /// The files with their bytes, in the order of their names.
    fn there(to: &LogFile) -> Vec<(String, u64)> {
        let folder = to.path.parent().unwrap();
        let entries = fs::read_dir(folder).unwrap().map(Result::unwrap);
        let mut files: Vec<_> =
            entries.map(|entry| (entry.file_name().into_string().unwrap(), entry.metadata().unwrap().len())).collect();
        files.sort();
        files
    }

    fn names(to: &LogFile) -> Vec<String> {
        there(to).into_iter().map(|(name, _)| name).collect()
    }

    #[test]
    fn a_file_that_is_full_is_followed_by_another_and_the_oldest_goes() {
        let folder = tempfile::tempdir().unwrap();
        let to = to(folder.path(), Rotation::Never, Some(100), 3);
        let mut files = Files::open(&to, at(0)).unwrap();
        for _ in 0..9 {
            files.write_line(&[b'x'; 40], at(0)).unwrap();
        }
        // Two lines in each: a third would be too much.
        let expected = [("framegate.2.log", 80), ("framegate.3.log", 80), ("framegate.4.log", 40)];
        assert_eq!(there(&to), expected.map(|(name, bytes)| (name.to_owned(), bytes)));
        // What has no room anywhere is alone, and whole.
        files.write_line(&[b'x'; 300], at(0)).unwrap();
        files.write_line(&[b'x'; 40], at(0)).unwrap();
        assert_eq!(there(&to)[1..], [("framegate.5.log".into(), 300), ("framegate.6.log".into(), 40)]);
    }

    #[test]
    fn another_day_begins_another_file_and_so_does_a_full_one_within_it() {
        let folder = tempfile::tempdir().unwrap();
        let to = to(folder.path(), Rotation::Daily, Some(100), 10);
        let mut files = Files::open(&to, at(0)).unwrap();
        for minute in [0, 1, 2, 29, 30, 31, 32, 33] {
            files.write_line(&[b'x'; 40], at(minute)).unwrap();
        }
        let expected = [
            "framegate.2026-11-26.1.log",
            "framegate.2026-11-26.log",
            "framegate.2026-11-27.1.log",
            "framegate.2026-11-27.log",
        ];
        assert_eq!(names(&to), expected);
        // A clock that is set back.
        files.write_line(&[b'x'; 20], at(0)).unwrap();
        assert_eq!(names(&to), expected);
    }

    #[test]
    fn by_the_hour_and_without_a_bound_it_is_the_time_alone() {
        let folder = tempfile::tempdir().unwrap();
        let to = to(folder.path(), Rotation::Hourly, None, 2);
        let mut files = Files::open(&to, at(0)).unwrap();
        for minute in [0, 10, 30, 90, 91] {
            files.write_line(&[b'x'; 4_000], at(minute)).unwrap();
        }
        assert_eq!(names(&to), ["framegate.2026-11-27-00.log", "framegate.2026-11-27-01.log"]);
    }

    #[test]
    fn a_start_goes_on_with_the_newest_file_and_puts_the_surplus_away() {
        let folder = tempfile::tempdir().unwrap();
        let mut to = to(folder.path(), Rotation::Daily, Some(100), 10);
        for _ in 0..2 {
            let mut files = Files::open(&to, at(0)).unwrap();
            for _ in 0..3 {
                files.write_line(&[b'x'; 40], at(0)).unwrap();
            }
        }
        assert_eq!(
            names(&to),
            ["framegate.2026-11-26.1.log", "framegate.2026-11-26.2.log", "framegate.2026-11-26.log"]
        );
        // Ten are behind nine.
        to.keep = 2;
        for number in 3..=10 {
            fs::write(to.path.with_file_name(format!("framegate.2026-11-26.{number}.log")), "").unwrap();
        }
        drop(Files::open(&to, at(0)).unwrap());
        assert_eq!(names(&to), ["framegate.2026-11-26.10.log", "framegate.2026-11-26.9.log"]);
    }

    #[test]
    fn what_others_put_there_stays() {
        let folder = tempfile::tempdir().unwrap();
        let to = to(folder.path(), Rotation::Daily, Some(100), 1);
        let others = [
            "framegate.2026-11-26-05.log",
            "framegate.2026-11-xx.log",
            "framegate.2026-11-20.01.log",
            "framegate.2026-11-20.0.log",
            "framegate.2026-11-20.1.x.log",
            "framegate.2026-11-20.log.gz",
            "framegate.log",
            "framegate2.2026-11-20.log",
            "streams.toml",
        ];
        fs::create_dir(to.path.parent().unwrap()).unwrap();
        for name in others.iter().chain(&["framegate.2026-11-20.log", "framegate.2026-11-20.7.log"]) {
            fs::write(to.path.with_file_name(name), "").unwrap();
        }
        drop(Files::open(&to, at(0)).unwrap());
        let mut expected: Vec<_> = others.iter().map(|name| (*name).to_owned()).collect();
        expected.push("framegate.2026-11-26.log".into());
        expected.sort();
        assert_eq!(names(&to), expected);
    }

    #[test]
    fn where_there_is_no_place_for_another_file_the_one_that_is_there_goes_on() {
        let folder = tempfile::tempdir().unwrap();
        let to = to(folder.path(), Rotation::Never, Some(100), 3);
        let mut files = Files::open(&to, at(0)).unwrap();
        // A folder has the name of the next one.
        fs::create_dir(to.path.with_file_name("framegate.1.log")).unwrap();
        for _ in 0..4 {
            files.write_line(&[b'x'; 40], at(0)).unwrap();
        }
        assert_eq!(fs::metadata(&to.path).unwrap().len(), 160);
        fs::remove_dir(to.path.with_file_name("framegate.1.log")).unwrap();
        files.write_line(&[b'x'; 40], at(0)).unwrap();
        assert_eq!(fs::metadata(to.path.with_file_name("framegate.1.log")).unwrap().len(), 40);
    }
}
