import unittest

import options


def refusal(text: str) -> list:
    try:
        options.read(text)
    except options.Mistakes as mistakes:
        return mistakes.found
    return []


class OptionsTest(unittest.TestCase):
    def test_options_are_read_or_refused_with_the_place_and_the_value(self):
        self.assertEqual(options.read("{}").days, frozenset({1, 2, 3, 4, 5}))
        self.assertEqual(refusal('{"open": "8:00"}'), [("/open", 'must be a time such as "08:30", got "8:00"')])
        places = [path for path, _ in refusal('{"colour": 1, "open": "24:00", "days": ["monday"], "zone": 1}')]
        self.assertEqual(places, ["/colour", "/open", "/days", "/zone"])
        self.assertEqual(refusal('{"open": "08:00", "close": "08:00"}')[0][0], "/close")

    def test_it_is_open_from_open_until_just_before_close(self):
        day = options.read('{"days": ["mon"]}')
        self.assertEqual([day.is_open(1, 7, 59), day.is_open(1, 8, 0), day.is_open(1, 17, 59)], [False, True, True])
        self.assertEqual([day.is_open(1, 18, 0), day.is_open(2, 12, 0)], [False, False])

    def test_a_night_goes_on_until_the_next_morning(self):
        night = options.read('{"days": ["sun"], "open": "22:00", "close": "06:00"}')
        self.assertEqual([night.is_open(7, 23, 0), night.is_open(1, 5, 59)], [True, True])
        self.assertEqual([night.is_open(1, 6, 0), night.is_open(1, 23, 0), night.is_open(7, 5, 0)], [False] * 3)


if __name__ == "__main__":
    unittest.main()
