using System.Text.RegularExpressions;
using Retrace.Objectives;
using Retrace.Rewards;

namespace Retrace.Configuration;

/// <summary>Assembles a configuration from its layers.</summary>
public static partial class ConfigurationLayers
{
    /// <summary>The settings that a model's makers recommend, in the model's folder.</summary>
    public const string RecommendationFile = "evolve.yaml";

    // What no server's API has.
    private const RewardInputs OfSampler = RewardInputs.SelfCertainties | RewardInputs.StepConfidences;

    /// <summary>
    /// Where servers and images are, and how patient we are with servers, which does not change what is sampled.
    /// </summary>
    internal static readonly string[] Surroundings =
    [
        "rollout.servers", "rollout.api_key_variable", "rollout.requests_per_server", "rollout.request_timeout",
        "rollout.hedge_after", "rollout.weights_folder", "data.image_dir",
    ];

    /// <summary>
    /// The built-in defaults, under <c>evolve.yaml</c> in the model's folder where there is one, under the user's file,
    /// under the overrides in their order: the later wins.
    /// </summary>
    /// <param name="modelFolder">A checkpoint's folder, or null.</param>
    /// <param name="file">The file of <c>--config</c>, or null.</param>
    /// <param name="overrides">The values of <c>--set</c>, each <c>section.key=value</c>.</param>
    /// <exception cref="BadInputException">
    /// A file cannot be read, a key is unknown, a value has the wrong type or range, or the model's file sets what only
    /// the user may.
    /// </exception>
    public static RunConfiguration Resolve(string? modelFolder, string? file, IEnumerable<string> overrides) =>
        ResolveFiles(modelFolder, file is null ? [] : [file], overrides);

    /// <summary>
    /// The same with several files in their order, such as one of a method under one of the machine: the later wins.
    /// </summary>
    /// <param name="modelFolder">A checkpoint's folder, or null.</param>
    /// <param name="files">The files of <c>--config</c>.</param>
    /// <param name="overrides">The values of <c>--set</c>, each <c>section.key=value</c>.</param>
    /// <exception cref="BadInputException">As for <see cref="Resolve"/>.</exception>
    public static RunConfiguration ResolveFiles(
        string? modelFolder, IReadOnlyList<string> files, IEnumerable<string> overrides)
    {
        List<ScalarValue> values = [];
        if (modelFolder is not null && Path.Combine(modelFolder, RecommendationFile) is var path && File.Exists(path))
        {
            values.AddRange(YamlLayer.Read(path).Select(Recommended));
        }
        values.AddRange(files.SelectMany(YamlLayer.Read));
        values.AddRange(overrides.Select(YamlLayer.ReadOverride));
        return Apply(values);
    }

    /// <summary>The defaults under one file: what a run's <c>config.yaml</c> says.</summary>
    /// <exception cref="BadInputException">As for <see cref="Resolve"/>.</exception>
    public static RunConfiguration Read(string file) => Resolve(modelFolder: null, file, overrides: []);

    internal static bool IsSection(string key) => ConfigurationKey.All.Any(known => known.Section == key);

    internal static BadInputException UnknownSection(string key, string place) =>
        ConfigurationKey.All.Any(known => known.Path == key)
            ? new BadInputException($"{place}: {key} must be a single value")
            : UnknownKey(key, place, ConfigurationKey.All.Select(known => known.Section).OfType<string>().Distinct());

    // A model's makers know what suits it. Where a token is sent and which files are read is the user's to say.
    private static ScalarValue Recommended(ScalarValue value) =>
        Surroundings.Contains(value.Key) || value.Key is "rollout.engine" or "data.allow_outside_images"
            ? throw new BadInputException(
                $"{value.Place}: a model's folder may not set {value.Key}; give it by --config or --set")
            : value;

    private static RunConfiguration Apply(IEnumerable<ScalarValue> values)
    {
        // The records are immutable to everybody but this method, which fills one that nobody else has seen.
        RunConfiguration configuration = new();
        foreach (ScalarValue value in values)
        {
            ConfigurationKey key = ConfigurationKey.All.FirstOrDefault(known => known.Path == value.Key)
                ?? throw (IsSection(value.Key)
                    ? new BadInputException($"{value.Place}: {value.Key} is a section, so give one of its keys a value")
                    : UnknownKey(value.Key, value.Place, ConfigurationKey.All.Select(known => known.Path)));
            key.Set(configuration, value);
        }
        CheckTogether(configuration);
        return configuration;
    }

    /// <summary>Checks a configuration that was made in code as one that is read from a file.</summary>
    /// <exception cref="BadInputException">A value is out of bounds, or two do not go together.</exception>
    internal static void Check(RunConfiguration configuration)
    {
        foreach (ConfigurationKey key in ConfigurationKey.All)
        {
            key.Check(configuration);
        }
        CheckTogether(configuration);
    }

    private static void CheckTogether(RunConfiguration configuration)
    {
        _ = configuration.Retracing.AllKeepRates();
        if (!DeviceName().IsMatch(configuration.Model.Device))
        {
            throw new BadInputException(
                $"model.device is \"{configuration.Model.Device}\", but must be cpu, cuda or cuda:N");
        }
        var method = Method.Of(configuration);
        CheckServers(configuration, method);
        CheckObjective(configuration.Learning, configuration.Rollout);
        if (configuration.Rollout.ApiKeyVariable is string variable && !VariableName().IsMatch(variable))
        {
            throw new BadInputException(
                "rollout.api_key_variable must be the name of an environment variable, such as RETRACE_API_KEY; the token "
                + "itself is never written into settings");
        }
        if (!method.Retraces && method.Rule.Needs.HasFlag(RewardInputs.Continuations))
        {
            throw new BadInputException(
                $"retrace.samples is 0, but reward.rule is {configuration.Reward.Rule}, which needs continuations: give at "
                + "least 1 sample, the paper's 5 for one, or reward.rule=sfr, which is the answer's frequency then");
        }
    }

    private static void CheckServers(RunConfiguration configuration, Method method)
    {
        _ = configuration.Rollout.ServerAddresses();
        if (configuration.Rollout.Engine != "openai")
        {
            return;
        }
        if (configuration.Rollout.Servers is null)
        {
            throw new BadInputException(
                "rollout.engine is openai, but rollout.servers names no server, such as http://127.0.0.1:8000");
        }
        if ((method.Rule.Needs & OfSampler) != RewardInputs.None)
        {
            string rule = Method.TakesRuleFromSettings(configuration)
                ? $"reward.rule is {configuration.Reward.Rule}"
                : $"method is {configuration.Method}";
            throw new BadInputException($"{rule}, whose reward no server measures; it needs rollout.engine=local");
        }
    }

    private static void CheckObjective(LearningSettings learning, RolloutSettings rollout)
    {
        IPolicyObjective objective = learning.PolicyObjective();
        if (objective.IsOfSequences && TokenWeights.Parse(learning.Loss) != LossAggregation.SequenceMean)
        {
            throw new BadInputException(
                $"learn.objective is {learning.Objective}, which has one loss for a whole response, but learn.loss is "
                + $"{learning.Loss}, which would count it for each of its tokens: set learn.loss=sequence-mean");
        }
        if (objective.IsOfSequences
            && rollout.Engine == "openai"
            && !ImportanceCorrection.Parse(learning.Importance).IsOfSequences)
        {
            throw new BadInputException(
                $"learn.objective is {learning.Objective}, which has one loss for a whole response, but learn.importance "
                + $"is {learning.Importance}, which weighs its tokens: set learn.importance=sequence-truncate or "
                + "sequence-mask");
        }
        if (!objective.Clips && learning.ClipHigh is double high)
        {
            throw new BadInputException(FormattableString.Invariant(
                $"learn.clip_high is {high}, but learn.objective is {learning.Objective}, which clips nothing; leave it out"));
        }
    }

    private static BadInputException UnknownKey(string key, string place, IEnumerable<string> known)
    {
        if (FormerAndPaperNames.Advice(key) is string advice)
        {
            return new BadInputException($"{place}: {advice}");
        }
        string nearest = known.MinBy(candidate => Spelling.Distance(key, candidate))!;
        return new BadInputException($"{place}: unknown key \"{key}\"; did you mean \"{nearest}\"?");
    }

    [GeneratedRegex(@"^[A-Za-z_][A-Za-z0-9_]*\z", RegexOptions.CultureInvariant)]
    private static partial Regex VariableName();

    [GeneratedRegex(@"^(cpu|cuda(:[0-9]{1,2})?)\z", RegexOptions.CultureInvariant)]
    private static partial Regex DeviceName();
}
