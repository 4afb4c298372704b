// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"
#include "web/server.h"

struct mg_connection;

// One request and its answer on a CivetWeb connection.
namespace bpf_exporter::web {

// The request on `connection`. An error is for a request that must not be served (it could be
// read in two ways): the text of a 400.
Result<Request> ReadRequest(const mg_connection* connection);

// Sends `response`, without its body if `head_only`; ends the connection afterwards if the client
// wishes it, the request has a body (which is never read), `keep` is false or sending fails. A
// client that takes longer than 20 s is cut off; one that takes 5 s, as soon as `spare` says that
// there is no thread left for others.
void Send(mg_connection* connection, const Response& response, bool head_only, bool keep,
          const std::function<bool()>& spare);

}  // namespace bpf_exporter::web
