// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "exposition/page.h"

namespace bpf_exporter::exposition {
namespace {

TEST(ChooseEncoding, TakesGzipWhenItIsOffered) {
  for (const char* header :
       {"gzip", "GZIP", "x-gzip", "deflate, gzip", "gzip;q=0.001", "gzip ; q=1.0 , identity;q=0.5",
        "*", "identity;q=0, *;q=0.5", "gzip, identity", "br;q=1.0, gzip;q=0.8, *;q=0.1", "gzip;x=y",
        "identity;q=0.4,\tgzip;q=0.5", "gzip;q=1.5"}) {
    EXPECT_EQ(ChooseEncoding(header), Encoding::kGzip) << header;
  }
}

TEST(ChooseEncoding, TakesIdentityOtherwise) {
  for (const char* header : {"", "identity", "gzip;q=0", "gzip;q=0.000", "*;q=0", "br, zstd",
                             "gzip;q=0, *;q=1", "gzip;q=0.5, identity", "gzip;q=0.5, *", "gzipped",
                             "gzip;q=x", "gzip;q=", "gzip;q=-1", ",;,=;", "identity;q=0"}) {
    EXPECT_EQ(ChooseEncoding(header), Encoding::kIdentity) << header;
  }
}

}  // namespace
}  // namespace bpf_exporter::exposition
