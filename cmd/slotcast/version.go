package main

import (
	"fmt"
	"io"
	"runtime/debug"

	"github.com/spf13/cobra"

	"slotcast/schedule"
)

func versionCommand(w world) *cobra.Command {
	return &cobra.Command{
		Use:     "version",
		Short:   "Say which version of the program and of its zone data this is",
		Example: "  slotcast version",
		Args:    cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			_, err := io.WriteString(w.stdout, versionText())
			return err
		},
	}
}

func versionText() string {
	return fmt.Sprintf("slotcast %s\nzone data %s\n", programVersion(), schedule.ZoneDataVersion())
}

// programVersion is what the linker was told, or else what the module knows.
func programVersion() string {
	if version != "" {
		return version
	}
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" && info.Main.Version != "(devel)" {
		return info.Main.Version
	}
	return "devel"
}
