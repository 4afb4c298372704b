// SPDX-License-Identifier: Apache-2.0
#include "base/result.h"

#include <gtest/gtest.h>

#include <cerrno>

namespace bpf_exporter {
namespace {

TEST(Error, RendersItsParts) {
  EXPECT_EQ(Error("broken").Message(), "broken");
  EXPECT_EQ(Error("broken", EINVAL).Message(), "broken");
  EXPECT_EQ(Error("open", "broken", EINVAL).Message(), "open: broken");
  Error error("open", "broken", EINVAL);
  error.AddRemedy("mend it");
  EXPECT_EQ(error.Message(), "open: broken; mend it");
  error.context.clear();
  EXPECT_EQ(error.Message(), "broken; mend it");
}

TEST(Error, KeepsItsPartsWhenItGetsContext) {
  Error inner("open", "broken", ENOENT);
  inner.AddRemedy("mend it");
  const Error outer = inner.In("object 'x'").In("config 'y'");
  EXPECT_EQ(outer.Message(), "config 'y': object 'x': open: broken; mend it");
  EXPECT_EQ(outer.cause, "broken");
  EXPECT_EQ(outer.remedy, "mend it");
  EXPECT_EQ(outer.code, ENOENT);
  EXPECT_EQ(Error("broken").In("object 'x'").Message(), "object 'x': broken");
  EXPECT_EQ(inner.In("").Message(), inner.Message());
}

TEST(Error, TakesSeveralRemedies) {
  Error error("broken");
  error.AddRemedy("");
  EXPECT_EQ(error.Message(), "broken");
  error.AddRemedy("mend it");
  error.AddRemedy("");
  error.AddRemedy("or buy one");
  EXPECT_EQ(error.Message(), "broken; mend it; or buy one");
}

TEST(Errno, HasAText) {
  EXPECT_EQ(ErrnoText(ENOENT), "No such file or directory");
  EXPECT_EQ(ErrnoText(524), "not supported by this kernel");
  const Error error = ErrnoError("open 'x'", EACCES);
  EXPECT_EQ(error.Message(), "open 'x': Permission denied");
  EXPECT_EQ(error.code, EACCES);
}

TEST(Result, IsAValueOrAnError) {
  const Result<int> seven = 7;
  ASSERT_TRUE(seven.ok());
  EXPECT_EQ(*seven, 7);
  const Result<int> failed = Error("broken", EIO);
  ASSERT_FALSE(failed.ok());
  EXPECT_EQ(failed.error().code, EIO);
  EXPECT_THROW(static_cast<void>(failed.value()), std::bad_variant_access);
  EXPECT_TRUE(Status().ok());
  EXPECT_FALSE(Status(Error("broken")).ok());
}

}  // namespace
}  // namespace bpf_exporter
