package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"go.yaml.in/yaml/v3"

	"slotcast/schedule"
)

// maxConfig is how many octets a configuration file or a secret's file may have.
const maxConfig = 1 << 20

// configure sets the flags of a command that were not given from the
// environment, and those that are not there from the file of --config.
func configure(cmd *cobra.Command, getenv func(string) (string, bool)) error {
	flags := cmd.Flags()
	if err := fromEnvironment(flags, getenv); err != nil {
		return err
	}
	name, err := flags.GetString("config")
	if err != nil || name == "" {
		return err
	}
	if err := fromFile(cmd, name); err != nil {
		return fmt.Errorf("--config: %w", err)
	}
	return nil
}

// fromEnvironment sets the flags that were not given from the environment, or
// from the files that it names. What is empty there counts as not given, as
// container tools leave it.
func fromEnvironment(flags *pflag.FlagSet, getenv func(string) (string, bool)) error {
	var errs []error
	flags.VisitAll(func(f *pflag.Flag) {
		if f.Changed || f.Name == "help" {
			return
		}
		name := "SLOTCAST_" + strings.ToUpper(strings.ReplaceAll(f.Name, "-", "_"))
		value, _ := getenv(name)
		if path, _ := getenv(name + "_FILE"); value == "" && path != "" {
			name += "_FILE"
			text, err := readSmall(path)
			if err != nil {
				errs = append(errs, fmt.Errorf("%s in the environment: %w", name, err))
				return
			}
			value = strings.TrimSpace(string(text))
		}
		if value == "" {
			return
		}
		if err := setFlag(flags, f.Name, value); err != nil {
			errs = append(errs, fmt.Errorf("%s in the environment: %w", name, err))
		}
	})
	return errors.Join(errs...)
}

// setFlag sets a flag, and says in plain words why that cannot be.
func setFlag(flags *pflag.FlagSet, name, value string) error {
	err := flags.Set(name, value)
	if _, why, ok := badValue(err); ok {
		return errors.New(why)
	}
	return err
}

// readSmall reads a file of at most maxConfig octets.
func readSmall(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("%s cannot be read: %w", path, withoutPath(err))
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxConfig+1))
	if err != nil {
		return nil, fmt.Errorf("%s cannot be read: %w", path, withoutPath(err))
	}
	if len(text) > maxConfig {
		return nil, fmt.Errorf("%s has more than %d octets", path, maxConfig)
	}
	return text, nil
}

// fromFile sets the flags that are still not given from a YAML file, whose keys
// are names of flags. Those of other commands are passed over, so that all
// commands can share a file.
func fromFile(cmd *cobra.Command, path string) error {
	text, err := readSmall(path)
	if err != nil {
		return err
	}
	var values map[string]yaml.Node
	if err := yaml.NewDecoder(bytes.NewReader(text)).Decode(&values); err != nil && !errors.Is(err, io.EOF) {
		return fmt.Errorf("%s is not a list of names and values in YAML: %s", path, strings.TrimPrefix(err.Error(), "yaml: "))
	}
	flags, known := cmd.Flags(), flagNames(cmd.Root())
	for _, name := range slices.Sorted(maps.Keys(values)) {
		node := values[name]
		refused := func(format string, args ...any) error {
			return fmt.Errorf("%s:%d: %s", path, node.Line, fmt.Sprintf(format, args...))
		}
		if !slices.Contains(known, name) {
			hint := "see slotcast serve --help for the names"
			if near := schedule.Nearest(name, known); near != "" {
				hint = "did you mean “" + near + "”?"
			}
			return refused("there is no flag “%s”; %s", schedule.Shorten(name), hint)
		}
		f := flags.Lookup(name)
		if f == nil || f.Changed {
			continue
		}
		value, err := flagValue(&node)
		if err != nil {
			return refused("%s: %s", name, err)
		}
		if err := setFlag(flags, name, value); err != nil {
			return refused("%s: %s", name, err)
		}
	}
	return nil
}

// flagNames returns the names of all flags that a configuration file may set.
func flagNames(root *cobra.Command) []string {
	names := map[string]bool{}
	for _, c := range root.Commands() {
		c.LocalFlags().VisitAll(func(f *pflag.Flag) { names[f.Name] = true })
	}
	delete(names, "help")
	delete(names, "config")
	return slices.Sorted(maps.Keys(names))
}

// flagValue returns a value as it is written on the command line; columns may
// also be a mapping.
func flagValue(node *yaml.Node) (string, error) {
	switch node.Kind {
	case yaml.ScalarNode:
		return node.Value, nil
	case yaml.MappingNode:
		var pairs []string
		for i := 0; i+1 < len(node.Content); i += 2 {
			key, value := node.Content[i], node.Content[i+1]
			if key.Kind != yaml.ScalarNode || value.Kind != yaml.ScalarNode {
				break
			}
			pairs = append(pairs, `"`+strings.ReplaceAll(key.Value+"="+value.Value, `"`, `""`)+`"`)
		}
		if len(pairs)*2 == len(node.Content) {
			return strings.Join(pairs, ","), nil
		}
	}
	return "", errors.New("give one value, or for columns words with names of columns")
}
