// SPDX-License-Identifier: Apache-2.0
#include "exposition/negotiate.h"

#include <gtest/gtest.h>

namespace bpf_exporter::exposition {
namespace {

TEST(Negotiate, TakesGzipWhenItIsOffered) {
  for (const char* header :
       {"gzip", "GZIP", "x-gzip", "deflate, gzip", "gzip;q=0.001", "gzip ; q=1.0 , identity;q=0.5",
        "*", "identity;q=0, *;q=0.5", "gzip, identity", "br;q=1.0, gzip;q=0.8, *;q=0.1", "gzip;x=y",
        "identity;q=0.4,\tgzip;q=0.5", "gzip;q=1.5"}) {
    EXPECT_EQ(Negotiate("", header).encoding, Encoding::kGzip) << header;
  }
}

TEST(Negotiate, TakesIdentityOtherwise) {
  for (const char* header : {"", "identity", "gzip;q=0", "gzip;q=0.000", "*;q=0", "br, zstd",
                             "gzip;q=0, *;q=1", "gzip;q=0.5, identity", "gzip;q=0.5, *", "gzipped",
                             "gzip;q=x", "gzip;q=", "gzip;q=-1", ",;,=;", "identity;q=0"}) {
    EXPECT_EQ(Negotiate("", header).encoding, Encoding::kIdentity) << header;
  }
}

// Whatever it is, and be it nothing that there is, the answer is text.
TEST(Negotiate, TakesTextForEveryAcceptHeader) {
  for (const char* header :
       {"", "*/*", "text/plain;version=0.0.4", "text/plain;version=1.0.0;q=0.9", "image/png",
        "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,text/plain;q=0.3",
        "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily", "text/plain;q=0",
        ",;q=;"}) {
    EXPECT_EQ(Negotiate(header, "gzip").format, Format::kText) << header;
    EXPECT_EQ(Negotiate(header, "gzip").encoding, Encoding::kGzip) << header;
  }
}

}  // namespace
}  // namespace bpf_exporter::exposition
