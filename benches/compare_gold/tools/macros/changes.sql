{# Rows of silver that loads have changed which the model has not yet seen. #}
{% macro is_new(source) %}
{% if is_incremental() %}{{ source }}._changed_load > (SELECT max(changed_load) FROM {{ this }}){% else %}true{% endif %}
{% endmacro %}

{# Facts of the days, or of the months, that a changed fact is of: whole groups of an aggregate. #}
{% macro is_touched(fact, first, last) %}
{% if is_incremental() %}
    {{ fact }}.date_key BETWEEN
        (SELECT min({{ first }}) FROM {{ ref('fct_lines') }} WHERE changed_load > (SELECT max(changed_load) FROM {{ this }}))
        AND (SELECT max({{ last }}) FROM {{ ref('fct_lines') }} WHERE changed_load > (SELECT max(changed_load) FROM {{ this }}))
{% else %}true{% endif %}
{% endmacro %}
