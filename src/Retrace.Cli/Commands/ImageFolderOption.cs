using System.CommandLine;

namespace Retrace.Cli.Commands;

/// <summary><c>--image-dir</c> of commands that take no configuration: where image paths start.</summary>
internal static class ImageFolderOption
{
    public static Option<string?> Create() => new("--image-dir")
    {
        Description = "Folder that image paths start from, as data.image_dir; by default the data file's own.",
        HelpName = "DIR",
    };
}
