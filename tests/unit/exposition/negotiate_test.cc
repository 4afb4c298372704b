// SPDX-License-Identifier: Apache-2.0
#include "exposition/negotiate.h"

#include <gtest/gtest.h>

namespace bpf_exporter::exposition {
namespace {

constexpr const char* kText = "text/plain; version=0.0.4; charset=utf-8";
constexpr const char* kText1 = "text/plain; version=1.0.0; charset=utf-8; escaping=underscores";
constexpr const char* kOpenMetrics =
    "application/openmetrics-text; version=1.0.0; charset=utf-8; escaping=underscores";
constexpr const char* kProtobuf =
    "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited";

// What asks for protobuf.
#define PROTO "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily"

struct Row {
  const char* accept;
  const char* accept_encoding;
  const char* content_type;
  const char* content_encoding = "";
};

constexpr Row kRows[] = {
    // Prometheus 2.42 to 2.48, without and with native histograms
    {"application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,"
     "text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
     "gzip", kOpenMetrics, "gzip"},
    {PROTO ";encoding=delimited,application/openmetrics-text;version=1.0.0;q=0.8,"
           "application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,"
           "*/*;q=0.1",
     "gzip", kProtobuf, "gzip"},
    // Prometheus 2.49 to 2.55
    {"application/openmetrics-text;version=1.0.0;q=0.5,application/openmetrics-text;version=0.0.1;"
     "q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2",
     "gzip", kOpenMetrics, "gzip"},
    {PROTO ";encoding=delimited;q=0.5,application/openmetrics-text;version=1.0.0;q=0.4,"
           "application/openmetrics-text;version=0.0.1;q=0.3,text/plain;version=0.0.4;q=0.2,"
           "*/*;q=0.1",
     "gzip", kProtobuf, "gzip"},
    // Prometheus 3, without compression too
    {"application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,"
     "application/openmetrics-text;version=0.0.1;q=0.5,"
     "text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2",
     "identity", kOpenMetrics},
    {PROTO ";encoding=delimited;q=0.6,"
           "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,"
           "application/openmetrics-text;version=0.0.1;q=0.4,"
           "text/plain;version=1.0.0;escaping=allow-utf-8;q=0.3,text/plain;version=0.0.4;q=0.2,"
           "*/*;q=0.1",
     "gzip", kProtobuf, "gzip"},
    // Prometheus 3 with scrape_protocols of one's own, and its fallbacks
    {"text/plain;version=1.0.0;escaping=underscores;q=0.6,text/plain;version=0.0.4;q=0.5,*/*;q=0.4",
     "gzip", kText1, "gzip"},
    {"text/plain;version=0.0.4;q=0.6,text/plain;version=1.0.0;escaping=dots;q=0.5,*/*;q=0.4",
     "gzip", kText, "gzip"},
    {"application/openmetrics-text;version=0.0.1;q=0.6,*/*;q=0.5", "gzip", kText, "gzip"},
    // VictoriaMetrics, and vmagent
    {"text/plain;version=0.0.4;q=1,*/*;q=0.1", "gzip", kText, "gzip"},
    {"text/plain;version=0.0.4;q=1,*/*;q=0.1", "zstd, gzip", kText, "zstd"},
    // The OpenTelemetry collector scrapes as the Prometheus that it is built from does.
    {PROTO ";encoding=delimited;q=0.4,application/openmetrics-text;version=1.0.0;q=0.3,"
           "application/openmetrics-text;version=0.0.1;q=0.2,text/plain;version=0.0.4;q=0.1",
     "gzip", kProtobuf, "gzip"},
    // Telegraf, of several years
    {PROTO ";encoding=delimited;q=0.7,text/plain;version=0.0.4;q=0.3", "gzip", kProtobuf, "gzip"},
    {PROTO ";encoding=delimited;q=0.7,text/plain;version=0.0.4;q=0.3,*/*;q=0.1", "", kProtobuf},
    {"application/openmetrics-text;version=1.0.0;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
     "gzip, deflate", kOpenMetrics, "gzip"},
    // People: curl, wget, browsers, Python, Go
    {"", "", kText},
    {"*/*", "", kText},
    {"*/*", "deflate, gzip, br, zstd", kText, "gzip"},
    {"*/*", "gzip, deflate", kText, "gzip"},
    {"*/*", "identity", kText},
    {"", "gzip", kText, "gzip"},
    {"text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8",
     "gzip, deflate, br, zstd", kText, "gzip"},
    {"text/html, */*;q=0.1", "br, zstd;q=0.9", kText, "zstd"},
    // Versions, parameters and what cannot be had
    {"text/plain", "", kText},
    {"TEXT/Plain; Version=0.0.4", "", kText},
    {"text/plain;version=1.0.0", "", kText1},
    {"text/plain; charset=utf-8; version=\"1.0.0\"", "", kText1},
    {"text/plain;version=2.0.0", "", kText},
    {"text/*", "", kText},
    {"application/openmetrics-text", "", kOpenMetrics},
    {"application/openmetrics-text; version=1.0.0; charset=utf-8", "", kOpenMetrics},
    {"application/openmetrics-text;version=0.0.1", "", kText},
    {"application/openmetrics-text;version=2.0.0;q=0.9,application/openmetrics-text;version=1.0.0;"
     "q=0.5",
     "", kOpenMetrics},
    {"application/*", "", kOpenMetrics},
    {PROTO ";encoding=delimited", "", kProtobuf},
    {"application/vnd.google.protobuf; encoding=\"delimited\"; "
     "proto=\"io.prometheus.client.MetricFamily\"",
     "", kProtobuf},
    {PROTO ";encoding=text", "", kText},
    {PROTO ";encoding=compact-text", "", kText},
    {PROTO, "", kText},
    {"application/vnd.google.protobuf;proto=other.Message;encoding=delimited", "", kText},
    {"application/vnd.google.protobuf", "", kText},
    {"application/json", "gzip", kText, "gzip"},
    {"image/png, application/json;q=0.5", "", kText},
    // Weights, and the client's order among equal ones
    {"text/plain;q=0.5,application/openmetrics-text;q=0.4", "", kText},
    {"text/plain;q=0.4,application/openmetrics-text;q=0.5", "", kOpenMetrics},
    {"text/plain,application/openmetrics-text", "", kText},
    {"application/openmetrics-text,text/plain", "", kOpenMetrics},
    {PROTO ";encoding=delimited,application/openmetrics-text", "", kProtobuf},
    {"application/openmetrics-text," PROTO ";encoding=delimited", "", kOpenMetrics},
    {"application/openmetrics-text;version=1.0.0;q=0,*/*;q=0.1", "", kText},
    {"text/plain;q=0", "", kText},
    {"*/*;q=0", "", kText},
    {"text/plain;version=0.0.4;q=0,text/plain;version=1.0.0;q=0.1", "", kText1},
    {"text/plain;q=0,*/*;q=0.5", "", kOpenMetrics},
    {"text/*;q=0.3,text/plain;version=1.0.0;q=0.7,*/*;q=0.5", "", kText1},
    {"*/*;q=0.9,application/openmetrics-text;q=0.1", "", kText},
    {"application/openmetrics-text;q=1.5,text/plain", "", kOpenMetrics},
    {"application/openmetrics-text;q=x,text/plain;q=0.1", "", kText},
    {"application/openmetrics-text;q=,text/plain;q=0.001", "", kText},
    {"application/openmetrics-text ; q=0.9 ,\ttext/plain ; q=0.8", "", kOpenMetrics},
    // What no client should send
    {",;q=;", ",;,=;", kText},
    {"text/plain;x=\"a,application/openmetrics-text\"", "", kText},
    {"\"", "\"gzip", kText},
    {"application/openmetrics-text\\", "gzip\\", kText},
    // Encodings
    {"", "GZIP", kText, "gzip"},
    {"", "x-gzip", kText, "gzip"},
    {"", "*", kText, "gzip"},
    {"", "gzip;q=0, *;q=1", kText},
    {"", "gzip;q=0.5, *", kText},
    {"", "zstd", kText, "zstd"},
    {"", "gzip, zstd", kText, "gzip"},
    {"", "zstd, gzip", kText, "zstd"},
    {"", "gzip;q=0.8, zstd", kText, "zstd"},
    {"", "zstd;q=0.8, gzip;q=0.9", kText, "gzip"},
    {"", "zstd;q=0, gzip;q=0.1", kText, "gzip"},
    {"", "zstd;q=0.5, identity", kText},
    {PROTO ";encoding=delimited", "zstd", kProtobuf, "zstd"},
};

TEST(Negotiate, AnswersWhatClientsSend) {
  EXPECT_GE(std::size(kRows), 60u);
  for (const Row& row : kRows) {
    const PageKind kind = Negotiate(row.accept, row.accept_encoding);
    EXPECT_EQ(ContentType(kind.format), row.content_type) << row.accept;
    EXPECT_EQ(ContentEncoding(kind.encoding), row.content_encoding) << row.accept_encoding;
  }
}

TEST(Negotiate, TakesGzipWhenItIsOffered) {
  for (const char* header :
       {"gzip", "GZIP", "x-gzip", "deflate, gzip", "gzip;q=0.001", "gzip ; q=1.0 , identity;q=0.5",
        "*", "identity;q=0, *;q=0.5", "gzip, identity", "br;q=1.0, gzip;q=0.8, *;q=0.1", "gzip;x=y",
        "identity;q=0.4,\tgzip;q=0.5", "gzip;q=1.5"}) {
    EXPECT_EQ(Negotiate("", header).encoding, Encoding::kGzip) << header;
  }
}

TEST(Negotiate, TakesIdentityOtherwise) {
  for (const char* header : {"", "identity", "gzip;q=0", "gzip;q=0.000", "*;q=0", "br, deflate",
                             "gzip;q=0, *;q=1", "gzip;q=0.5, identity", "gzip;q=0.5, *", "gzipped",
                             "gzip;q=x", "gzip;q=", "gzip;q=-1", ",;,=;", "identity;q=0"}) {
    EXPECT_EQ(Negotiate("", header).encoding, Encoding::kIdentity) << header;
  }
}

}  // namespace
}  // namespace bpf_exporter::exposition
