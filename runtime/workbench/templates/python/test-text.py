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
        self.assertEqual(options.read("{}"), {"{{KEY}}": "{{DEFAULT}}"})
        self.assertEqual(options.read('{"{{KEY}}": "x"}'), {"{{KEY}}": "x"})
        self.assertEqual(refusal('{"{{KEY}}": 7}'), [("/{{KEY}}", "must be text, got 7")])
        self.assertEqual(len(refusal('{"{{KEY}}": 7, "colour": 1}')), 2)


if __name__ == "__main__":
    unittest.main()
