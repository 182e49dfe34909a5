using System.CommandLine;
using Retrace.Configuration;
using Retrace.Models;
using Retrace.Training.Evolution;

namespace Retrace.Cli.Commands;

/// <summary>
/// The options of every command that uses a model as it is: its folder, and settings that override those which the
/// folder recommends.
/// </summary>
internal sealed class ModelOptions
{
    private readonly Option<string> _folder = new("--model")
    {
        Description = "Folder of the model in the hub's layout, or a run's checkpoint.",
        HelpName = "DIR",
        Required = true,
    };

    private readonly List<(Option<string?> Option, string Key)> _settings = [];

    public ModelOptions()
    {
        Add("--device", "model.device", "NAME", "Where tensors live: cpu, cuda or cuda:N.");
        Add("--dtype", "model.dtype", "NAME", "Number format of the weights: bf16, fp32, or auto, the checkpoint's own.");
        Add("--threads", "threads", "N", "CPU threads for tensor work.");
    }

    /// <summary>Adds an option that stands for a key of the configuration.</summary>
    public void Add(string option, string key, string helpName, string description) =>
        _settings.Add((new Option<string?>(option) { Description = description, HelpName = helpName }, key));

    public void AddTo(Command command)
    {
        command.Options.Add(_folder);
        foreach ((Option<string?> option, string _) in _settings)
        {
            command.Options.Add(option);
        }
    }

    /// <summary>The model folder as the user gave it.</summary>
    public string Folder(ParseResult parsed) => parsed.GetRequiredValue(_folder);

    /// <summary>
    /// Resolves the configuration: defaults, overridden by the model's recommendations, overridden by the options.
    /// </summary>
    /// <exception cref="BadInputException">A value cannot be used.</exception>
    public RunConfiguration Resolve(ParseResult parsed) => ConfigurationLayers.Resolve(
        Folder(parsed),
        file: null,
        _settings.Where(setting => parsed.GetValue(setting.Option) is not null)
            .Select(setting => $"{setting.Key}={parsed.GetValue(setting.Option)}"));

    /// <summary>Loads the model onto the device that the configuration names.</summary>
    /// <exception cref="BadInputException">The folder or the device cannot be used.</exception>
    public VisionLanguageModel Load(ParseResult parsed, RunConfiguration configuration)
    {
        VisionLanguageModel model = ComputeSettings.LoadModel(Folder(parsed), configuration);
        if (ComputeSettings.NoticeOfType(model, configuration.Model) is string notice)
        {
            Console.Error.WriteLine($"retrace: {notice}");
        }
        return model;
    }
}
