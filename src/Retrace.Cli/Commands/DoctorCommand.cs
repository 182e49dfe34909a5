using System.CommandLine;
using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;
using Retrace.Configuration;
using Retrace.Models;
using Retrace.Models.Native;
using Retrace.Models.Network;
using SkiaSharp;
using TorchSharp;

namespace Retrace.Cli.Commands;

/// <summary><c>retrace doctor</c>: what this machine can do, what is missing, and how to mend it.</summary>
internal static class DoctorCommand
{
    private const double BytesInGibibyte = 1L << 30;

    public static Command Create()
    {
        Option<bool> plan = new("--plan")
        {
            Description = "Reports instead how much memory evolve would need with --model and these settings.",
        };
        Option<string?> model = new("--model")
        {
            Description = "Folder of a model to look at, or to plan for.",
            HelpName = "DIR",
        };
        Option<string?> data = new("--data")
        {
            Description = "Problems to plan for; without them, the longest prompts that the settings allow.",
            HelpName = "FILE",
        };
        Option<string?> device = new("--device")
        {
            Description = "With --plan: a device of this machine, cpu or cuda:N, whose free memory is asked and planned for.",
            HelpName = "NAME",
        };
        ConfigurationOptions settings = new();
        Command command = new("doctor", "Reports what this machine can do: torch, device, memory, threads, packages.")
        {
            plan, model, data, device,
        };
        settings.AddTo(command);
        command.SetAction((parsed, cancellation) =>
        {
            if (!parsed.GetValue(plan))
            {
                GivenOptions.RefuseOthers(
                    parsed, [plan, model], name => $"{name} is for --plan; give that with it, or leave it out");
                return Task.FromResult(Examine(Console.Out, parsed.GetValue(model)));
            }
            LibTorch.Prepare();
            string folder = parsed.GetValue(model) ?? throw new BadInputException("--plan needs --model.");
            RunConfiguration configuration = settings.Resolve(parsed, folder);
            if (parsed.GetValue(device) is string name)
            {
                configuration = configuration with { Model = configuration.Model with { Device = name } };
                configuration.Check();
            }
            return Task.FromResult(new PlanReport(folder, configuration, parsed.GetValue(device)).Write(
                parsed.GetValue(data), Console.Out, cancellation));
        });
        return command;
    }

    private static int Examine(TextWriter output, string? model)
    {
        bool healthy = true;
        Line("retrace", VersionOf(typeof(DoctorCommand)));
        Line("runtime", $"{RuntimeInformation.FrameworkDescription}, {RuntimeInformation.RuntimeIdentifier}");
        Check("torch", "build again with a network connection, or with a libtorch of yours: docs/gpu.md", ExamineTorch);
        if (healthy)
        {
            ShowCuda();
        }
        Check("images", "the SkiaSharp native assets of this system are missing: build again", ExamineImages);
        Line("processor", $"{Environment.ProcessorCount} threads, {VectorExtensions()}");
        if (MklKernels.AreHeldBack)
        {
            Line("", "MKL uses slower kernels on AMD's processors than they support; preloading the library below made products");
            Line("", "in fp32 up to twice as fast (docs/performance.md#amd-processors), with other rounding.");
            Line("", $"→ {MklKernels.Preload}");
        }
        Line("memory", $"{Gibibytes(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes)} for this process");
        Check("disk", "change to a folder that can be read", ExamineDisk);
        Line("packages", string.Join(", ", Packages()));
        if (model is not null)
        {
            Check("model", "name a folder in the hub's layout", () => Describe(model));
        }
        return healthy ? ExitCode.Done : ExitCode.Failed;

        void Line(string name, string value) => output.WriteLine($"{name,-10} {value}");

        void ShowCuda()
        {
            IReadOnlyList<CudaObstacle> obstacles = CudaObstacle.Find();
            if (obstacles.Count == 0)
            {
                Line("cuda", $"{torch.cuda.device_count()} device(s), counted from cuda:0");
            }
            foreach (CudaObstacle obstacle in obstacles)
            {
                Line("cuda", $"not used: {obstacle.Reason}");
                Line("", $"→ {obstacle.Cure}");
            }
        }

        void Check(string name, string cure, Func<string> examine)
        {
            try
            {
                Line(name, examine());
            }
            catch (BadInputException error)
            {
                healthy = false;
                Line(name, error.Message);
            }
            catch (Exception error) // Whatever a native library does when it does not load.
            {
                healthy = false;
                Line(name, $"does not work: {Innermost(error).Message.ReplaceLineEndings(" ")}");
                Line("", $"→ {cure}");
            }
        }
    }

    private static string Describe(string folder)
    {
        ModelConfig config = ModelFamilies.LoadConfig(folder);
        string unread = config.UnreadKeys.Count == 0
            ? "all of its config.json is understood"
            : $"not read in its config.json: {string.Join(", ", config.UnreadKeys)}";
        return $"{config.Family.Name}, weights of {config.StoredType}; {unread}";
    }

    private static string ExamineTorch()
    {
        LibTorch.Prepare();
        using torch.Tensor product = torch.ones(2, 3, device: torch.CPU).matmul(torch.ones(3, 2, device: torch.CPU));
        if (product[0, 0].item<float>() != 3)
        {
            throw new InvalidOperationException("a matrix product came out wrong");
        }
        LoadedLibTorch libtorch = LibTorch.Loaded();
        string kind = libtorch.HasCuda ? $"CUDA {libtorch.Cuda}".TrimEnd() : "the CPU";
        string other = libtorch.Version is { } version
            && (version.Major, version.Minor) != (LibTorch.Needed.Major, LibTorch.Needed.Minor)
            ? $" (TorchSharp was built for {LibTorch.Needed.ToString(2)}; all symbols that are called for are there"
                + (LibTorch.HasCustomAutograd ? ")" : ", and backward passes do without custom autograd functions)")
            : "";
        return $"{libtorch.Version}{other}, built for {kind}, {torch.get_num_threads()} threads, from {libtorch.Folder}";
    }

    private static string ExamineImages()
    {
        using SKBitmap bitmap = new(2, 2);
        using SKData png = bitmap.Encode(SKEncodedImageFormat.Png, quality: 100);
        using SKBitmap decoded = SKBitmap.Decode(png);
        return decoded is { Width: 2, Height: 2 }
            ? $"SkiaSharp {VersionOf(typeof(SKBitmap))} reads and writes PNG"
            : throw new InvalidOperationException("a PNG did not survive being written and read");
    }

    private static string ExamineDisk()
    {
        DriveInfo drive = new(Directory.GetCurrentDirectory());
        return $"{Gibibytes(drive.AvailableFreeSpace)} free in the working directory";
    }

    private static string VectorExtensions() => InstructionSet.Extensions is { Length: > 0 } found
        ? found
        : "no vector extensions: torch will be slow";

    private static IEnumerable<string> Packages() =>
        new[]
        {
            typeof(torch),
            typeof(Microsoft.ML.Tokenizers.Tokenizer),
            typeof(Parquet.ParquetReader),
            typeof(YamlDotNet.Core.Parser),
            typeof(Spectre.Console.AnsiConsole),
        }.Select(type => $"{type.Assembly.GetName().Name} {VersionOf(type)}");

    /// <summary>The version of an assembly, without the commit that some builds append after a plus sign.</summary>
    internal static string VersionOf(Type type)
    {
        Assembly assembly = type.Assembly;
        string? version = assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion;
        return (version ?? assembly.GetName().Version!.ToString()).Split('+')[0];
    }

    private static Exception Innermost(Exception error) =>
        error.InnerException is { } inner ? Innermost(inner) : error;

    private static string Gibibytes(long bytes) =>
        string.Create(CultureInfo.InvariantCulture, $"{bytes / BytesInGibibyte:0.0} GiB");
}
