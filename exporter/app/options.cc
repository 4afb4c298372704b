// SPDX-License-Identifier: Apache-2.0
#include "app/options.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <optional>

#include "app/flags.h"
#include "app/serve.h"
#include "app/version_text.h"
#include "base/text.h"

namespace bpf_exporter::app {
namespace {

// Shows a flag and its negation as one.
class HelpFormatter : public CLI::Formatter {
 public:
  std::string make_option_name(const CLI::Option* option, bool positional) const override {
    const std::vector<std::string>& names = option->get_lnames();
    if (positional || names.size() != 2) {
      // Of a flag that may have a value the library also tells which one it has without.
      const std::string name = Formatter::make_option_name(option, positional);
      return name.substr(0, name.find('{'));
    }
    return "--[no-]" + names.front();
  }
};

struct CommandLine {
  Options options;
  std::vector<std::string> texts{Flags().size()};  // the values of flags that have one
  CLI::App app{"Loads BPF programs and serves their maps as Prometheus metrics.", "bpf_exporter"};
  CLI::App* check = nullptr;
  CLI::App* init = nullptr;

  CommandLine();

 private:
  // Returns the flags of the program that make a difference to the command check, for its help.
  std::string OtherFlagsOfCheck() const;
};

CommandLine::CommandLine() {
  app.formatter(std::make_shared<HelpFormatter>());
  app.set_help_flag("-h,--help", "Print this and exit");
  app.set_version_flag("--version", VersionText, "Print the version and exit");
  for (std::size_t i = 0; i < texts.size(); ++i) {
    const Flag& flag = Flags()[i];
    const std::string name = std::string("--") + flag.name;
    if (flag.on != nullptr) {
      app.add_flag(name + ",!--no-" + flag.name, options.*flag.on, flag.help);
    } else if (flag.alone != nullptr) {
      app.add_flag(name + '{' + flag.alone + '}', texts[i], flag.help)
          ->type_name(std::string("[=") + flag.type + "]");
    } else {
      if (flag.show) texts[i] = flag.show(options);
      app.add_option(name, texts[i], flag.help)->type_name(flag.type)->capture_default_str();
    }
  }

  check = app.add_subcommand(
      "check", "Check configurations against their objects: needs no privilege and no kernel");
  check->add_option("FILE", options.check_files,
                    "YAML files; default: what --config.dir and --config.names say");
  check->add_flag("--memory", options.check_memory,
                  "Print the kernel memory that each map takes on this machine");
  check->add_flag("--lint,!--no-lint", options.lint,
                  "Warn of what promtool check metrics would say of the names; on by default");
  check->fallthrough();
  check->footer(OtherFlagsOfCheck());
  check->set_help_flag("-h,--help", "Print this and exit");
  init = app.add_subcommand(
      "init", "Print a first configuration for a BPF object: needs no privilege and no kernel");
  init->add_option("OBJECT", options.init_object, "A BPF object that has BTF")->required();
  init->fallthrough();
  init->set_help_flag("-h,--help", "Print this and exit");
  for (CLI::App* command : {&app, check, init}) command->allow_extras();  // for a better message
}

std::string CommandLine::OtherFlagsOfCheck() const {
  const HelpFormatter formatter;
  std::string text = "Flags of bpf_exporter that count here, too:\n";
  for (const Flag& flag : Flags()) {
    if (!flag.for_check) continue;
    text += formatter.make_option(app.get_option(std::string("--") + flag.name), false);
  }
  return text;
}

EarlyExit Usage(const std::string& problem) {
  std::string line = problem;
  std::replace(line.begin(), line.end(), '\n', ' ');
  return {kWrongUse, "bpf_exporter: " + line + "; see --help"};
}

// Returns what is wrong in other words than CLI11's "--debug: At Most 1 required but received 2".
EarlyExit WrongCount(const CLI::ArgumentMismatch& error) {
  const std::string problem = error.what();
  const std::string flag = problem.substr(0, problem.find(':'));
  const bool missing = problem.ends_with(" missing");
  return Usage(flag + (missing ? ": the value is missing" : " is given more than once"));
}

// CLI11 takes the next argument for the value of "--flag=".
std::vector<std::string> WithEmptyValues(const std::vector<std::string>& arguments) {
  std::vector<std::string> split;
  for (const std::string& argument : arguments) {
    if (argument.starts_with("--") && argument.find('=') == argument.size() - 1) {
      split.push_back(argument.substr(0, argument.size() - 1));
      split.emplace_back();
    } else {
      split.push_back(argument);
    }
  }
  return split;
}

EarlyExit Unexpected(const std::string& argument) {
  if (!argument.starts_with('-')) return Usage("unexpected argument " + Quoted(argument));
  const std::string flag = argument.substr(0, argument.find('='));
  return Usage("unknown flag " + Quoted(flag) + DidYouMean(flag, FlagNames()));
}

EarlyExit Wrong(const std::string& flag, const std::string& problem) {
  return Usage("--" + flag + ": " + problem);
}

// Sets the options that flags with a value are for. Flags that were not given keep their default.
std::optional<EarlyExit> ReadFlags(const CommandLine& line, Options& options) {
  for (std::size_t i = 0; i < line.texts.size(); ++i) {
    const Flag& flag = Flags()[i];
    if (!flag.read || line.app.count(std::string("--") + flag.name) == 0) continue;
    if (const Status read = flag.read(line.texts[i], options); !read.ok()) {
      return Wrong(flag.name, read.error().Message());
    }
  }
  return std::nullopt;
}

// Returns what is wrong with flags beside each other.
std::optional<EarlyExit> Conflict(const Options& options) {
  const std::string& path = options.telemetry_path;
  const std::vector<std::string> paths = ServedPaths(options);
  if (std::count(paths.begin(), paths.end(), path) > 1) {
    return Wrong("web.telemetry-path", Quoted(path) + " is the path of another page");
  }
  if (options.once && options.config_check) {
    return Wrong("once", "cannot be beside --config.check, which exits before anything is counted");
  }
  if (options.cleanup &&
      (options.once || options.config_check || options.command == Command::kCheck)) {
    return Wrong("cleanup",
                 "does nothing else: it cannot be beside check, --config.check or --once");
  }
  if (options.format && !options.once) return Wrong("format", "is for the page that --once prints");
  return std::nullopt;
}

}  // namespace

std::variant<Options, EarlyExit> ParseOptions(const std::vector<std::string>& arguments) {
  CommandLine line;
  try {
    const std::vector<std::string> all = WithEmptyValues(arguments);
    line.app.parse(std::vector<std::string>(all.rbegin(), all.rend()));
  } catch (const CLI::CallForHelp&) {
    std::string help = line.app.help();
    help.erase(help.find_last_not_of('\n') + 1);
    return EarlyExit{kFine, std::move(help)};
  } catch (const CLI::CallForVersion& version) {
    return EarlyExit{kFine, version.what()};
  } catch (const CLI::ArgumentMismatch& error) {
    return WrongCount(error);
  } catch (const CLI::Error& error) {
    return Usage(error.what());
  }
  for (const std::string& argument : line.app.remaining(true)) {
    if (argument != "--") return Unexpected(argument);
  }
  if (line.check->parsed()) line.options.command = Command::kCheck;
  if (line.init->parsed()) line.options.command = Command::kInit;
  if (std::optional<EarlyExit> exit = ReadFlags(line, line.options)) return *exit;
  if (std::optional<EarlyExit> exit = Conflict(line.options)) return *exit;
  return std::move(line.options);
}

std::vector<std::string> FlagNames() {
  CommandLine line;
  std::vector<std::string> names;
  for (const CLI::Option* option : line.app.get_options()) {
    for (const std::string& name : option->get_lnames()) {
      if (!name.starts_with("no-")) names.push_back("--" + name);
    }
  }
  return names;
}

}  // namespace bpf_exporter::app
