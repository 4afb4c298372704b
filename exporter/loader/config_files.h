// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "config/config.h"

namespace bpf_exporter::loader {

// Where the files of a configuration are.
struct ConfigSource {
  std::string name;          // Config::name
  std::string path;          // of the YAML file
  std::string programs_dir;  // where its object is if it is not beside the YAML file; or empty
  bool by_cgroup = false;    // set the object's constant by_cgroup to true
  std::string problem;       // why it is not known which file it is; empty if it is
};

// Returns DIR/NAME.yaml or DIR/NAME.yml for each of `names`, or for all that `dir` has. An error if
// that is none, a name is not valid or comes twice.
Result<std::vector<ConfigSource>> SourcesInDir(const std::string& dir,
                                               std::vector<std::string> names,
                                               const std::string& programs_dir);

// Returns a source for each of these YAML files.
std::vector<ConfigSource> SourcesOfFiles(const std::vector<std::string>& files,
                                         const std::string& programs_dir);

// Sets `by_cgroup` of the sources with these names. The error names one that no source has.
Status SetByCgroup(const std::vector<std::string>& names, std::vector<ConfigSource>& sources);

// Returns where the objects of an installation, or of a build folder, are: beside this program in
// programs/, else in ../lib/bpf_exporter. Empty if there is neither.
std::string DefaultProgramsDir();

// Returns the path of the configuration's object, which has the name that the configuration gives
// it or NAME.bpf.o: beside the YAML file, or else among the programs.
Result<std::string> FindObject(const ConfigSource& source, const config::Config& config);

}  // namespace bpf_exporter::loader
