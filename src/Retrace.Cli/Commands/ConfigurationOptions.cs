using System.CommandLine;
using Retrace.Configuration;

namespace Retrace.Cli.Commands;

/// <summary>The options from which a run's configuration is resolved.</summary>
internal sealed class ConfigurationOptions
{
    private readonly Option<string[]> _files = new("--config")
    {
        Description =
            "Settings for the run, as YAML; may be repeated, the later wins. configs/ holds presets, and --print-config "
            + "of evolve lists all settings.",
        HelpName = "FILE",
    };

    private readonly Option<string[]> _overrides = new("--set")
    {
        Description = "Overrides one setting, for example learn.kl=0.02; may be repeated.",
        HelpName = "key=value",
    };

    private readonly Option<string?> _method = new("--method")
    {
        Description = $"The same as --set method=NAME: {string.Join(", ", Method.Names)}.",
        HelpName = "NAME",
    };

    private readonly Option<string?> _steps = new("--steps")
    {
        Description = "The same as --set steps=N.",
        HelpName = "N",
    };

    private readonly Option<string?> _seed = new("--seed")
    {
        Description = "The same as --set seed=N.",
        HelpName = "N",
    };

    private readonly Option<string?> _evaluationData = new("--eval-data")
    {
        Description = "The same as --set evaluation.data=FILE.",
        HelpName = "FILE",
    };

    /// <summary><c>--config</c> and <c>--set</c>.</summary>
    public IReadOnlyList<Option> Settings => [_files, _overrides];

    /// <summary>Adds the options of a command that trains.</summary>
    public void AddTo(Command command)
    {
        AddSettingsTo(command);
        command.Options.Add(_method);
        command.Options.Add(_steps);
        command.Options.Add(_seed);
        command.Options.Add(_evaluationData);
    }

    /// <summary>Adds the options of a command that trains by several methods with several seeds.</summary>
    public void AddSharedTo(Command command)
    {
        AddSettingsTo(command);
        command.Options.Add(_steps);
        command.Options.Add(_evaluationData);
    }

    /// <summary>Adds <c>--config</c> and <c>--set</c> alone, for a command that reads single settings.</summary>
    public void AddSettingsTo(Command command)
    {
        command.Options.Add(_files);
        command.Options.Add(_overrides);
    }

    /// <summary>
    /// Resolves the configuration: defaults, overridden by the model's recommendations, then the files, then the
    /// options.
    /// </summary>
    /// <param name="further">Overrides that take precedence over all of them.</param>
    /// <exception cref="BadInputException">A file, a key or a value cannot be used.</exception>
    public RunConfiguration Resolve(
        ParseResult parsed, string? modelFolder, params IReadOnlyList<string> further) =>
        ResolveOver([], parsed, modelFolder, further);

    /// <summary>The same with files that lie beneath those of the options.</summary>
    /// <param name="beneath">Files of settings.</param>
    /// <inheritdoc cref="Resolve"/>
    public RunConfiguration ResolveOver(
        IReadOnlyList<string> beneath, ParseResult parsed, string? modelFolder, params IReadOnlyList<string> further) =>
        ConfigurationLayers.ResolveFiles(
            modelFolder, [.. beneath, .. parsed.GetValue(_files) ?? []], [.. Overrides(parsed), .. further]);

    /// <summary>Resolves the configuration that a run began with, overridden by the options given now.</summary>
    /// <param name="runConfiguration">The run's <c>config.yaml</c>.</param>
    /// <exception cref="BadInputException">A file, a key or a value cannot be used.</exception>
    public RunConfiguration ResolveResumed(ParseResult parsed, string runConfiguration) =>
        parsed.GetValue(_files) is null or []
            ? ConfigurationLayers.Resolve(null, runConfiguration, Overrides(parsed))
            : throw new BadInputException("A resumed run has its settings already; leave --config out.");

    private List<string> Overrides(ParseResult parsed)
    {
        List<string> overrides = [.. parsed.GetValue(_overrides) ?? []];
        AddShorthand("method", parsed.GetValue(_method));
        AddShorthand("steps", parsed.GetValue(_steps));
        AddShorthand("seed", parsed.GetValue(_seed));
        AddShorthand("evaluation.data", parsed.GetValue(_evaluationData));
        return overrides;

        void AddShorthand(string key, string? value)
        {
            if (value is not null)
            {
                overrides.Add($"{key}={value}");
            }
        }
    }
}
