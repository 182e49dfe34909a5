using System.CommandLine;
using Retrace.Cli.Progress;
using Retrace.Data.Benchmarks;
using Retrace.Data.Published;

namespace Retrace.Cli.Commands;

/// <summary><c>retrace data get</c>: what to fetch of a published data set, and whether it has been.</summary>
internal static class DataGetCommand
{
    public static Command Create()
    {
        Argument<string?> name = new("name")
        {
            Description = "A data set; without it, all are listed.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        Argument<string?> folder = new("folder")
        {
            Description = "Where it was fetched to: checks that it is complete and can be read.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        Command command = new(
            "get", "Says what to fetch of a published data set, and checks what was fetched. It fetches nothing itself.")
        {
            name, folder,
        };
        command.SetAction(parsed =>
        {
            if (parsed.GetValue(name) is not string wanted)
            {
                List(Console.Out);
            }
            else if (parsed.GetValue(folder) is string fetched)
            {
                Check(FetchedSet.Named(wanted), fetched, Console.Out);
            }
            else
            {
                Explain(FetchedSet.Named(wanted), Console.Out);
            }
            return ExitCode.Done;
        });
        return command;
    }

    private static void List(TextWriter output)
    {
        foreach (PublishedSet set in FetchedSet.Known)
        {
            output.WriteLine($"{set.Name,-12} {set.Title}");
        }
    }

    private static void Explain(PublishedSet set, TextWriter output)
    {
        string records = set.Records is int count ? $", {count} records" : "";
        output.WriteLine($"{set.Title}{records} ({set.Paper})");
        foreach (PublishedFiles layout in set.Layouts)
        {
            string files = layout.Count switch
            {
                null => "files",
                1 => "1 file",
                int many => $"{many} files",
            };
            output.WriteLine($"{files} {layout.Pattern} from {layout.Address}");
            output.WriteLine($"  {layout.Fetch}");
        }
        output.WriteLine($"then: retrace data get {set.Name} DIR");
    }

    private static void Check(PublishedSet set, string folder, TextWriter output)
    {
        FetchedSet fetched = FetchedSet.Check(set, folder);
        foreach (string file in fetched.Files)
        {
            output.WriteLine(file);
        }
        output.WriteLine($"{set.Title}: whole, {fetched.Problems} problems, {fetched.Labels} with an answer");
        SkippedReport.Write(fetched.Empty, output);
    }
}
