using System.CommandLine;
using System.Globalization;
using System.Reflection;
using System.Text.Json;
using Retrace.Configuration;
using Retrace.SelfTest;
using Retrace.Training.Evolution;
using TorchSharp;

namespace Retrace.Cli.Commands;

/// <summary><c>retrace selftest</c>: whether a device computes what it should, and how fast.</summary>
internal static class SelfTestCommand
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    public static Command Create()
    {
        Option<string> device = new("--device")
        {
            Description = "What to test: cpu, cuda or cuda:N.",
            HelpName = "NAME",
            DefaultValueFactory = _ => "cpu",
        };
        Option<bool> quick = new("--quick")
        {
            Description = "One variant of each family, and speeds of a tiny model: half a minute.",
        };
        Option<string?> output = new("--output") { Description = "A JSON file with the findings.", HelpName = "FILE" };
        Option<bool> exchange = new("--exchange") { Hidden = true }; // One of the two processes of that check.
        TensorCommand command = new("selftest", "Tests whether a device computes what it should, and how fast.")
        {
            device, quick, output, exchange,
        };
        command.SetAction((parsed, cancellation) =>
        {
            string name = parsed.GetRequiredValue(device);
            if (parsed.GetValue(exchange))
            {
                return Task.FromResult(Exchange.Join(IsCuda(name)) ? ExitCode.Done : ExitCode.Failed);
            }
            if (name != "cpu" && !IsCuda(name))
            {
                throw new BadInputException($"--device is \"{name}\"; it has to be cpu, cuda or cuda:N.");
            }
            torch.Device tested = ComputeSettings.DeviceOf(new ModelSettings { Device = name });
            string? file = parsed.GetValue(output);
            return Task.FromResult(Test(tested, name, parsed.GetValue(quick), file, cancellation));
        });
        return command;
    }

    private static int Test(torch.Device device, string name, bool quick, string? file, CancellationToken cancellation)
    {
        List<Finding> findings = [];
        foreach (Finding finding in new DeviceTest(device, quick, ExchangeCommand(name)).Run(cancellation))
        {
            findings.Add(finding);
            Console.Error.WriteLine($"{TestReport.WordOf(finding.Outcome)} {finding.Check}");
        }
        TextTable.Write(
            Console.Out,
            ["check", "", "seconds", "figures"],
            findings.Select(one => (string[])
            [
                one.Check,
                TestReport.WordOf(one.Outcome),
                one.Seconds.ToString("0.0", CultureInfo.InvariantCulture),
                one.Figures,
            ]));
        var report = new TestReport(name, quick, findings);
        Console.WriteLine(report.Summary);
        if (file is not null)
        {
            File.WriteAllText(
                file, report.ToJson(DoctorCommand.VersionOf(typeof(SelfTestCommand))).ToJsonString(Indented) + "\n");
        }
        return report.Passed ? ExitCode.Done : ExitCode.Failed;
    }

    // This program again: the host of .NET with its library, or itself where it is self-contained.
    private static string[] ExchangeCommand(string device)
    {
        string self = Environment.ProcessPath!;
        string[] program = Path.GetFileNameWithoutExtension(self) == "dotnet"
            ? [self, Assembly.GetEntryAssembly()!.Location]
            : [self];
        return [.. program, "selftest", "--exchange", "--device", device];
    }

    private static bool IsCuda(string name) => name == "cuda" || name.StartsWith("cuda:", StringComparison.Ordinal);
}
