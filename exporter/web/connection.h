// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>

#include "base/result.h"
#include "web/request.h"
#include "web/response.h"

struct mg_connection;

// One request and its answer on a CivetWeb connection.
namespace bpf_exporter::web {

// Returns the request on `connection`. An error is for a request that must not be served (it could
// be read in two ways): the text of a 400.
Result<Request> ReadRequest(const mg_connection* connection);

struct SendOptions {
  bool head_only = false;        // without the body
  bool keep_connection = false;  // afterwards, if the client wants that too
  // Tells whether threads are left for other connections; null: none is.
  std::function<bool()> has_spare_threads;
};

// Sends `response`. Ends the connection afterwards if the client or `options` want that, if the
// request has a body (which is never read) or if sending fails. A client that takes longer than
// 20 s to read is cut off; one that takes 5 s, as soon as no thread is left for others.
void Send(mg_connection* connection, const Response& response, const SendOptions& options);

}  // namespace bpf_exporter::web
