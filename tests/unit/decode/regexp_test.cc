// SPDX-License-Identifier: Apache-2.0
#include "unit/decode/re2_says.h"
#include "unit/decode/run.h"

namespace bpf_exporter::decode {
namespace {

class Regexp : public DecoderTest {
 protected:
  static config::DecoderSpec Of(std::vector<std::string> expressions) {
    config::DecoderSpec spec = Spec("regexp");
    spec.regexps.emplace();
    for (std::string& one : expressions) spec.regexps->push_back({std::move(one), {}});
    return spec;
  }
  Answer Match(std::vector<std::string> expressions, std::string_view in) {
    return Text(Of(std::move(expressions)), in);
  }
  Decoded Result(std::vector<std::string> expressions, std::string_view in) {
    return Match(std::move(expressions), in).result;
  }
};

TEST_F(Regexp, GivesTheWholeMatchWithoutAGroup) {
  EXPECT_EQ(Match({"^syslog", "ban.n"}, "systemd-bananad"), Ok("banan"));
  EXPECT_EQ(Match({"(?i)BAN(?:an)+"}, "systemd-bananad"), Ok("banan"));
}

TEST_F(Regexp, GivesTheGroup) {
  EXPECT_EQ(Match({"^(systemd).*$"}, "systemd-bananad"), Ok("systemd"));
}

TEST_F(Regexp, GivesEmptyTextForAGroupThatTookNoPart) {
  EXPECT_EQ(Match({"^system(x)?d"}, "systemd"), Ok(""));
}

TEST_F(Regexp, TakesTheFirstThatMatches) {
  EXPECT_EQ(Match({"x", "^(s)", "^(sy)"}, "systemd"), Ok("s"));
}

TEST_F(Regexp, SkipsWhatDoesNotMatch) {
  EXPECT_EQ(Result({"^systemd-journal$", "^syslog-ng$"}, "systemd-bananad"), Decoded::kSkip);
  EXPECT_EQ(Result({}, "anything"), Decoded::kSkip);
}

TEST_F(Regexp, NeverMatchesWithTwoGroups) {
  EXPECT_EQ(Result({"^(s)(y)"}, "systemd"), Decoded::kSkip);
  EXPECT_EQ(Match({"^(s)(y)", "^s"}, "systemd"), Ok("s"));
}

TEST_F(Regexp, MatchesNamesThatAreCutInTheMiddleOfACharacter) {
  EXPECT_EQ(Match({"^(.*)$"}, "caf\xc3"), Ok("caf\xef\xbf\xbd"));
  EXPECT_EQ(Match({"^(caf)"}, "caf\xc3"), Ok("caf"));
}

TEST_F(Regexp, MatchesEmptyTextAndNul) {
  EXPECT_EQ(Match({"^$"}, ""), Ok(""));
  EXPECT_EQ(First(Of({"^a.b$"}), Bytes("a\0b")), Ok(Bytes("a\0b")));
}

TEST_F(Regexp, RefusesABadExpressionWhenMade) {
  EXPECT_EQ(MakeError(Of({"fine", "^(foo"}), 0), "decoder 'regexp': " + Re2Says("^(foo"));
  EXPECT_EQ(MakeError(Of({"a**"}), 0), "decoder 'regexp': " + Re2Says("a**"));
}

TEST_F(Regexp, RefusesAMissingList) {
  EXPECT_EQ(MakeError("regexp", 0), "decoder 'regexp': 'regexps' is missing");
}

}  // namespace
}  // namespace bpf_exporter::decode
